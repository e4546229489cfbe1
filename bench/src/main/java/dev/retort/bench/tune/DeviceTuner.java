package dev.retort.bench.tune;

import dev.retort.kernels.device.DeviceBackend;
import dev.retort.kernels.device.DeviceTuning;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Looks for the {@link DeviceTuning} of a device: the kernels that it is given are timed in every shape, on a matrix product and on
 * convolutions of a RetinaNet-R50 with their gradients, in turns. Another shape than that in use has to win by two hundredths.
 */
public final class DeviceTuner {
    private static final double WIN = 0.98;

    private final DeviceBackend backend;
    private final int rounds;
    private final Consumer<String> log;

    /** @param log gets a line for each decision */
    public DeviceTuner(DeviceBackend backend, int rounds, Consumer<String> log) {
        this.backend = backend;
        this.rounds = rounds;
        this.log = log;
    }

    /** The best that is found; the backend uses it from then on. */
    public DeviceTuning tune() {
        List<DeviceTuning> candidates = candidates(
                        backend.tuning(), backend.traits().cpu())
                .stream()
                .filter(this::runs)
                .toList();
        double[] scores = new double[candidates.size()];
        try (Scope scope = Scope.open()) {
            List<Runnable> works = List.of(product(1024), window(50, 76, 256, 256, 3), window(100, 152, 512, 128, 1));
            for (Runnable work : works) {
                double[] seconds = medians(candidates, work);
                for (int i = 0; i < scores.length; i++) {
                    scores[i] += Math.log(seconds[i] / seconds[0]) / works.size();
                }
            }
        }
        for (int i = 0; i < scores.length; i++) {
            log.accept(String.format(
                    Locale.ROOT, "%s: %.2f of the time of that in use", candidates.get(i), Math.exp(scores[i])));
        }
        DeviceTuning chosen = candidates.get(choose(scores));
        log.accept("chosen: " + chosen);
        backend.use(chosen);
        return chosen;
    }

    /** Whether the device takes a shape: its kernels may need more registers or local memory than it has. */
    private boolean runs(DeviceTuning candidate) {
        try (Scope scope = Scope.open()) {
            backend.use(candidate);
            product(1).run();
            backend.synchronize();
            return true;
        } catch (IllegalArgumentException | IllegalStateException refused) {
            log.accept(candidate + ": " + refused.getMessage());
            return false;
        }
    }

    /** The lowest score, if it is lower than the first one's by enough, else the first. */
    static int choose(double[] scores) {
        int chosen = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] < Math.min(Math.log(WIN), scores[chosen])) {
                chosen = i;
            }
        }
        return chosen;
    }

    /** The shapes of the kernels that a device is given, those in use first. */
    static List<DeviceTuning> candidates(DeviceTuning now, boolean cpu) {
        List<DeviceTuning> all = new ArrayList<>(List.of(now));
        for (int extent : cpu ? new int[] {4, 6, 8, 12} : new int[] {2, 4, 6, 8}) {
            for (int other : cpu ? new int[] {32, 64} : new int[] {8, 16}) {
                DeviceTuning candidate = cpu
                        ? new DeviceTuning(extent, other, now.tileMicro(), now.tileStep(), now.matrixGroups())
                        : new DeviceTuning(now.wideRows(), now.wideBytes(), extent, other, now.matrixGroups());
                if (!candidate.equals(now)) {
                    all.add(candidate);
                }
            }
        }
        for (int groups : cpu ? new int[] {} : new int[] {64, 1024}) {
            all.add(now.withMatrixGroups(groups));
        }
        return all;
    }

    private Runnable product(int size) {
        Tensor a = ramp(size, size);
        Tensor b = ramp(size, size);
        return () -> backend.matmul(a, b, false, false);
    }

    private Runnable window(int height, int width, int in, int out, int kernel) {
        Tensor x = ramp(1, height, width, in);
        Tensor w = ramp(out, kernel, kernel, in);
        Tensor g = ramp(1, height, width, out);
        Conv2dSpec spec = Conv2dSpec.of(1, kernel / 2);
        return () -> {
            backend.conv2d(x, w, spec);
            backend.conv2dInputGradient(g, w, x.shape(), spec);
            backend.conv2dWeightGradient(x, g, w.shape(), spec);
        };
    }

    private Tensor ramp(int... extents) {
        Shape shape = Shape.of(extents);
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 31 / 31f - 0.5f;
        }
        return backend.upload(values, shape, DType.F32);
    }

    /** Median seconds of each candidate; the first round, in which kernels are compiled, does not count. */
    private double[] medians(List<DeviceTuning> candidates, Runnable work) {
        double[][] seconds = new double[candidates.size()][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < candidates.size(); i++) {
                backend.use(candidates.get(i));
                double each = seconds(work);
                if (round >= 0) {
                    seconds[i][round] = each;
                }
            }
        }
        return Arrays.stream(seconds).mapToDouble(LayerTimes::median).toArray();
    }

    private double seconds(Runnable work) {
        long start = System.nanoTime();
        try (Scope scope = Scope.open()) {
            work.run();
        }
        backend.synchronize();
        return (System.nanoTime() - start) / 1e9;
    }
}
