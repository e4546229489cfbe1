package dev.retort.distill.check;

import dev.retort.distill.train.Detector;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Loss curves of the demo's student on a device and on the CPU. Training amplifies what rounding differs by, so how far two curves may part
 * is measured: two runs on the CPU, of which one begins with a single weight one unit in the last place larger.
 *
 * @param cpu losses of the CPU, step by step
 * @param nudged the same from one weight one unit in the last place larger
 * @param device losses of the device
 */
public record LossCurves(double[] cpu, double[] nudged, double[] device) {
    /** Largest relative distance of the first losses: before any update nothing amplifies. */
    public static final double FIRST = 1e-5;

    /** How many times as far as the CPU from itself the device may be from the CPU. */
    public static final double TIMES = 10;

    /** Steps over which a training's end is averaged. */
    private static final int LAST = 20;

    /** Trains a student of one backend and tells its losses; also that nothing of it is left behind. */
    public static double[] curve(Backend backend, int steps, boolean nudge) {
        double[] losses = new double[steps];
        try (DemoStudent student = new DemoStudent(backend)) {
            if (nudge) {
                nudge(student.detector());
            }
            for (int i = 0; i < steps; i++) {
                losses[i] = student.trainer().step().total();
            }
        }
        long live = backend.memory().liveBytes();
        if (live != 0) {
            throw new AssertionError("The training left " + live + " bytes behind on " + backend.name()
                    + ": its tensors were not closed");
        }
        return losses;
    }

    private static void nudge(Detector detector) {
        Tensor weight = detector.network().state().values().iterator().next();
        float[] values = weight.toFloats();
        values[0] = Math.nextUp(values[0]);
        Backend backend = detector.backend();
        try (Tensor nudged = backend.upload(values, weight.shape(), weight.dtype())) {
            backend.assign(weight, nudged);
        }
    }

    /** Relative distance of the CPU from itself, step by step. */
    public double[] own() {
        return apart(cpu, nudged);
    }

    /** Relative distance of the device from the CPU, step by step. */
    public double[] between() {
        return apart(cpu, device);
    }

    /** What is wrong with the device's curve; empty if nothing is. */
    public String problem() {
        double first = between()[0];
        if (!(first <= FIRST)) {
            return String.format(
                    Locale.ROOT,
                    "the first loss is %.9g where the CPU has %.9g: %.1e apart, %.0e is accepted",
                    device[0],
                    cpu[0],
                    first,
                    FIRST);
        }
        double accepted = TIMES * max(own());
        double most = max(between());
        // Also where a loss is not a number.
        if (!(most < accepted)) {
            return String.format(
                    Locale.ROOT,
                    "the losses are %.1e apart, %.1e is accepted: %.0f times as far as the CPU from itself",
                    most,
                    accepted,
                    TIMES);
        }
        return "";
    }

    /** Mean of the last steps, at most 20, of a curve. */
    public static double end(double[] curve) {
        return Arrays.stream(curve, Math.max(0, curve.length - LAST), curve.length)
                .average()
                .orElseThrow();
    }

    /** Distances as text, one digit each. */
    public static String text(double[] distances) {
        return Arrays.stream(distances)
                .mapToObj(v -> String.format(Locale.ROOT, "%.0e", v))
                .collect(Collectors.joining(" "));
    }

    /** The largest; NaN if one is no number. */
    public static double max(double[] values) {
        return Arrays.stream(values).reduce(Double.NEGATIVE_INFINITY, Math::max);
    }

    private static double[] apart(double[] a, double[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]) / Math.abs(a[i]))
                .toArray();
    }
}
