package dev.retort.kernels.cuda;

import static jcuda.driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED;
import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import dev.retort.kernels.device.Device.Block;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jcuda.CudaException;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;

/**
 * Work for a stream, gathered into runs. A run that comes a second time, the same piece by piece and argument by argument, is captured into a
 * CUDA graph, and from then on one launch of the graph stands for it. Any other run is put on the stream as it is: the work is the same, and
 * so are its results. Calls come from one thread at a time, with the context current.
 */
final class Graphs {
    /** Pieces of a run: the GPU begins with one while the host gathers the next. */
    private static final int MOST_PIECES = 256;
    /** A run of fewer is not worth a graph. */
    private static final int FEWEST_PIECES = 8;
    /** Pieces of all runs that are remembered: what a graph takes on the GPU grows with them. */
    private static final int MOST_REMEMBERED = 1 << 16;

    /**
     * Something to put on the stream.
     *
     * @param what all that tells it from other work
     */
    private record Piece(List<Object> what, Runnable put) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Piece piece && what.equals(piece.what);
        }

        @Override
        public int hashCode() {
            return what.hashCode();
        }
    }

    private final CUstream stream;
    private final Set<Block> used = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Runs that were put on the stream, the one that was not met for the longest time first; without a graph as long as they were met once. */
    private final Map<List<Piece>, CUgraphExec> known = new LinkedHashMap<>(16, 0.75f, true);

    private List<Piece> run = new ArrayList<>();
    private int remembered;

    Graphs(CUstream stream) {
        this.stream = stream;
    }

    /**
     * Adds work to the run.
     *
     * @param what all that tells it from other work: equal lists are the same work
     * @param blocks the memory that it reads and writes
     */
    void add(List<Object> what, Collection<Block> blocks, Runnable put) {
        run.add(new Piece(what, put));
        used.addAll(blocks);
        if (run.size() == MOST_PIECES) {
            flush();
        }
    }

    /** Whether work that is not on the stream yet uses that memory. */
    boolean uses(Block block) {
        return used.contains(block);
    }

    /** Puts what was gathered on the stream. */
    void flush() {
        List<Piece> pieces = run;
        run = new ArrayList<>();
        used.clear();
        if (pieces.size() < FEWEST_PIECES) {
            pieces.forEach(piece -> piece.put.run());
            return;
        }
        boolean met = known.containsKey(pieces);
        CUgraphExec graph = known.get(pieces);
        if (met && graph == null) {
            graph = captured(pieces);
            known.put(pieces, graph);
        }
        if (graph != null) {
            cuGraphLaunch(graph, stream);
            return;
        }
        pieces.forEach(piece -> piece.put.run());
        known.put(pieces, null);
        remembered += pieces.size();
        forget();
    }

    private CUgraphExec captured(List<Piece> pieces) {
        CUgraph graph = new CUgraph();
        // Other threads may do with the driver what they like, and so may libraries that load kernels.
        cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_RELAXED);
        try {
            pieces.forEach(piece -> piece.put.run());
        } catch (RuntimeException refused) {
            try {
                cuStreamEndCapture(stream, graph);
                cuGraphDestroy(graph);
            } catch (CudaException spoilt) {
                refused.addSuppressed(spoilt);
            }
            throw refused;
        }
        cuStreamEndCapture(stream, graph);
        try {
            CUgraphExec executable = new CUgraphExec();
            cuGraphInstantiate(executable, graph, 0);
            return executable;
        } finally {
            cuGraphDestroy(graph);
        }
    }

    /** Forgets the runs that were not met for the longest time, if there are too many. */
    private void forget() {
        if (remembered <= MOST_REMEMBERED) {
            return;
        }
        // Their graphs may still be running.
        cuStreamSynchronize(stream);
        Iterator<Map.Entry<List<Piece>, CUgraphExec>> oldest = known.entrySet().iterator();
        while (remembered > MOST_REMEMBERED / 2) {
            Map.Entry<List<Piece>, CUgraphExec> entry = oldest.next();
            oldest.remove();
            remembered -= entry.getKey().size();
            if (entry.getValue() != null) {
                cuGraphExecDestroy(entry.getValue());
            }
        }
    }

    /** Gives the graphs back; what was gathered and not put on the stream is dropped. */
    void close() {
        run.clear();
        known.values().stream().filter(graph -> graph != null).forEach(graph -> cuGraphExecDestroy(graph));
        known.clear();
    }
}
