package dev.retort.acceptance.check;

import dev.retort.bench.measure.Alternation;
import dev.retort.bench.peer.PythonPeer;
import dev.retort.tensor.MatmulPrecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * PyTorch beside: on the same GPU as it is and compiled, or on the CPU beside a device that is no GPU of NVIDIA's. Where there is none,
 * the part goes on without and says why.
 */
final class TorchPeers implements AutoCloseable {
    private static final String CUDA = "cuda";

    /** One PyTorch, with the name of its columns. */
    private record Beside(String title, PythonPeer peer) {}

    private final PartRun run;
    private final List<Beside> peers = new ArrayList<>();
    private final List<String> titles = new ArrayList<>();

    TorchPeers(PartRun run, MatmulPrecision precision) {
        this.run = run;
        String device = run.settings().device();
        boolean cuda = device.equals(CUDA) || device.startsWith(CUDA + ":");
        // The same number stands for the same GPU; a name does not mean anything to PyTorch.
        String place = !cuda ? "cpu" : device.matches(CUDA + ":\\d+") ? device : CUDA;
        List<String> options = List.of("--device", place, "--precision", precision.label());
        start("PyTorch", options);
        if (cuda) {
            List<String> compiled = new ArrayList<>(options);
            compiled.add("--compile");
            start("compiled", compiled);
        }
    }

    private void start(String title, List<String> options) {
        try {
            PythonPeer peer = PythonPeer.start(Runtime.getRuntime().availableProcessors(), options);
            peers.add(new Beside(title, peer));
            titles.add(title);
            run.figure(title, peer.name() + " " + String.join(" ", options));
        } catch (IllegalStateException none) {
            run.figure(title, "none: " + none.getMessage());
        }
    }

    /** The columns that {@link #beside} fills. */
    List<String> columns() {
        return titles.stream()
                .flatMap(title -> Stream.of(title + " ms", title + " ratio"))
                .toList();
    }

    /**
     * Fills the columns of a row: each PyTorch's milliseconds, and how many times as long as this side it takes.
     *
     * @param seconds of this side
     */
    void beside(String work, Map<String, Object> task, double seconds, int runs, Map<String, Object> row) {
        for (Beside beside : List.copyOf(peers)) {
            try {
                if (beside.peer.prepare(work, task)) {
                    double[] rounds = new double[runs];
                    for (int i = 0; i < runs; i++) {
                        rounds[i] = beside.peer.seconds();
                    }
                    double median = Alternation.median(rounds);
                    row.put(beside.title + " ms", 1e3 * median);
                    row.put(beside.title + " ratio", median / seconds);
                }
            } catch (RuntimeException failure) {
                // Not this side's failure: the row stays, without that column.
                run.say(beside.title + " at " + work + ": " + failure.getMessage());
                if (!beside.peer.isAlive()) {
                    beside.peer.close();
                    peers.remove(beside);
                }
            }
        }
    }

    @Override
    public void close() {
        peers.forEach(beside -> beside.peer.close());
    }
}
