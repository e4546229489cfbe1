package dev.retort.bench.peer;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtEngine;
import ai.djl.pytorch.jni.JniUtils;
import dev.retort.bench.work.Rounds;
import java.util.Map;
import java.util.function.Supplier;

/**
 * LibTorch in this process, called through DJL: single operations and layers, from the numbers that this side computes with.
 *
 * <p>DJL has no word for memory layouts, but a transposed view of an image with its channels last is what PyTorch calls
 * channels_last. So work on images is prepared in both layouts, and the faster one is kept, as the Python peer does.
 */
public final class LibtorchPeer implements Peer {
    private final NDManager manager;
    private final String name;
    private Prepared prepared;

    /** Operands, and the call that is timed. */
    private record Prepared(NDManager operands, Supplier<NDList> call, Rounds rounds) implements AutoCloseable {
        @Override
        public void close() {
            operands.close();
        }
    }

    private LibtorchPeer(NDManager manager, String name) {
        this.manager = manager;
        this.name = name;
    }

    /**
     * Loads LibTorch, at the first call in a process, and gives it so many threads. DJL unpacks the libraries into its cache
     * folder once; it is told to stay off the network and not to count its users.
     *
     * @throws IllegalStateException if it cannot be loaded here
     */
    public static LibtorchPeer start(int threads) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        // No operation here is split between tasks; within an operation, threads are set below.
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        // Nobody listens to DJL's log, and nobody needs to be told.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        try {
            Engine engine = Engine.getEngine(PtEngine.ENGINE_NAME);
            JniUtils.setNumThreads(threads);
            return new LibtorchPeer(
                    engine.newBaseManager(Device.cpu()),
                    "libtorch " + engine.getVersion() + " (DJL " + Engine.getDjlVersion() + ")");
        } catch (EngineException | LinkageError e) {
            throw new IllegalStateException("LibTorch cannot be loaded here: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean prepare(String work, Map<String, Object> task) {
        release();
        LibtorchWork known = LibtorchWork.of(task);
        if (known == null) {
            return false;
        }
        prepared = prepare(known, task, false);
        if (known.onImages()) {
            Prepared other = prepare(known, task, true);
            boolean faster = other.rounds.seconds() < prepared.rounds.seconds();
            (faster ? prepared : other).close();
            prepared = faster ? other : prepared;
        }
        return true;
    }

    private Prepared prepare(LibtorchWork work, Map<String, Object> task, boolean channelsLast) {
        NDManager operands = manager.newSubManager();
        Supplier<NDList> call = work.with(new LibtorchOperands(operands, task, channelsLast));
        Rounds rounds = Rounds.warm(() -> {
            try (NDScope scope = new NDScope()) {
                call.get();
            }
        });
        return new Prepared(operands, call, rounds);
    }

    @Override
    public double seconds() {
        return prepared.rounds.seconds();
    }

    @Override
    public Long peakBytes() {
        return null;
    }

    private void release() {
        if (prepared != null) {
            prepared.close();
            prepared = null;
        }
    }

    @Override
    public void close() {
        release();
        manager.close();
    }
}
