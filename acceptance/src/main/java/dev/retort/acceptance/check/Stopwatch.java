package dev.retort.acceptance.check;

import dev.retort.bench.measure.Alternation;
import dev.retort.bench.work.Operands;
import dev.retort.bench.work.OpsSuite;
import dev.retort.bench.work.Rounds;
import dev.retort.bench.work.Work;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.MatmulPrecision;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Measures works on the device of a part, each beside PyTorch; a work that fails does not stop the next one. */
final class Stopwatch implements AutoCloseable {
    private static final int RUNS = 5;
    private static final int SMALLEST = 1024;
    private static final int LARGEST = 8192;
    /** A product that takes this many seconds is large enough to show what the device can do. */
    private static final double LONG = 0.1;

    private final PartRun run;
    private final Backend backend;
    private final TorchPeers peers;
    private final double peak;
    private int measured;

    /** @throws SkippedException if the device does not compute in that precision, or has no graphs where they are wanted */
    Stopwatch(PartRun run, MatmulPrecision precision, boolean graphs) throws IOException {
        this.run = run;
        String device = run.settings().device();
        backend = Backends.create(
                graphs ? DeviceNames.requireGraphs(device, precision) : DeviceNames.require(device, precision));
        run.figure("device", backend.describe());
        peak = measurePeak();
        run.figure("peak TFLOP/s", peak / 1e12);
        peers = new TorchPeers(run, precision);
    }

    /** Operations a second of the largest matrix product. */
    private double measurePeak() throws IOException {
        double best = 0;
        double seconds = 0;
        for (int size = SMALLEST; size <= LARGEST && seconds < LONG; size *= 2) {
            Work work = OpsSuite.gemm("peak-" + size, 1, size, size, size);
            try (Operands operands = new Operands(backend)) {
                // The fastest round: what else the machine does must not lower a peak.
                seconds = Arrays.stream(rounds(work, operands)).min().orElseThrow();
            }
            best = Math.max(best, work.operations() / seconds);
        }
        return best;
    }

    private double[] rounds(Work work, Operands operands) throws IOException {
        Runnable asked = work.setup().with(operands);
        Rounds rounds = Rounds.warm(() -> {
            asked.run();
            backend.synchronize();
        });
        double[] seconds = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            seconds[i] = rounds.seconds();
        }
        return seconds;
    }

    /** Measures a work and adds its row. */
    void row(Work work) {
        try (Operands operands = new Operands(backend)) {
            double seconds = Alternation.median(rounds(work, operands));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("work", work.name());
            row.put("ms", 1e3 * seconds);
            row.put("TFLOP/s", work.operations() / seconds / 1e12);
            row.put("% of peak", 100 * work.operations() / seconds / peak);
            row.put("device MiB", backend.memory().peakLiveBytes() / 0x1p20);
            Map<String, Object> task = new LinkedHashMap<>(work.task());
            task.putAll(operands.told());
            peers.columns().forEach(column -> row.put(column, null));
            // Before the peers, which may take longer than there is time.
            run.row(row);
            measured++;
            peers.beside(work.name(), task, seconds, RUNS, row);
            run.figure("works measured", measured);
        } catch (IOException | RuntimeException | OutOfMemoryError failure) {
            failure.printStackTrace();
            run.fail(work.name() + ": " + (failure.getMessage() == null ? failure : failure.getMessage()));
        }
    }

    /** Says in short what was measured. */
    void sum() {
        run.sum(String.format(
                Locale.ROOT, "%d works measured, the largest product at %.3g TFLOP/s", measured, peak / 1e12));
    }

    @Override
    public void close() {
        peers.close();
        backend.close();
    }
}
