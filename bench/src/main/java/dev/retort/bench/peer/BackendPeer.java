package dev.retort.bench.peer;

import dev.retort.bench.work.Operands;
import dev.retort.bench.work.Rounds;
import dev.retort.bench.work.Work;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** Another backend of ours, in this process: it does the very same work. */
public final class BackendPeer implements Peer {
    private final Backend backend;
    private final List<Work> works;
    private Operands operands;
    private Rounds rounds;

    /** @param backend is closed with the peer */
    public BackendPeer(Backend backend, List<Work> works) {
        this.backend = backend;
        this.works = works;
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public boolean prepare(String name, Map<String, Object> task) {
        forget();
        Work work =
                works.stream().filter(w -> w.name().equals(name)).findFirst().orElseThrow();
        operands = new Operands(backend);
        try {
            Runnable asked = work.setup().with(operands);
            rounds = Rounds.warm(() -> {
                asked.run();
                backend.synchronize();
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }

    private void forget() {
        rounds = null;
        if (operands != null) {
            operands.close();
            operands = null;
        }
    }

    @Override
    public double seconds() {
        return rounds.seconds();
    }

    @Override
    public Long peakBytes() {
        return null;
    }

    @Override
    public void close() {
        forget();
        backend.close();
    }
}
