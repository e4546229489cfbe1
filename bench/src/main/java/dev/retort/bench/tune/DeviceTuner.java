package dev.retort.bench.tune;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.TunableKernels;
import dev.retort.tensor.TunableKernels.Setting;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Looks for the fastest setting of a backend's kernels: each is timed on a matrix product and on convolutions of a RetinaNet-R50 with
 * their gradients, in turns. Another setting than that in use has to win by two hundredths.
 */
public final class DeviceTuner {
    private static final double WIN = 0.98;

    private final Backend backend;
    private final TunableKernels kernels;
    private final int rounds;
    private final Consumer<String> log;

    /**
     * @param kernels those of {@code backend}
     * @param log gets a line for each decision
     */
    public DeviceTuner(Backend backend, TunableKernels kernels, int rounds, Consumer<String> log) {
        this.backend = backend;
        this.kernels = kernels;
        this.rounds = rounds;
        this.log = log;
    }

    /** The best that is found; the backend uses it from then on. */
    public Setting tune() {
        List<Setting> candidates =
                kernels.settings().stream().filter(this::runs).toList();
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
        Setting chosen = candidates.get(choose(scores));
        log.accept("chosen: " + chosen);
        chosen.use();
        return chosen;
    }

    /** Whether the device takes a setting: its kernels may need more registers or local memory than it has. */
    private boolean runs(Setting candidate) {
        try (Scope scope = Scope.open()) {
            candidate.use();
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
    private double[] medians(List<Setting> candidates, Runnable work) {
        double[][] seconds = new double[candidates.size()][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < candidates.size(); i++) {
                candidates.get(i).use();
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
