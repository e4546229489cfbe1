package dev.retort.acceptance.training;

import dev.retort.detection.Detector;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Loss curves of the demo's student on a device and on the CPU. Training amplifies what rounding differs by, so how far two curves may part
 * is measured: two runs on the CPU, of which one begins with every weight one unit in the last place off, up and down in turns, which is
 * what a device's own rounding does to the first step. The bound is a step's own: how far the CPU parts from itself later says nothing of
 * how far a device may be off now.
 *
 * @param cpu losses of the CPU, step by step
 * @param nudged the same from weights one unit in the last place off
 * @param device losses of the device
 */
public record LossCurves(double[] cpu, double[] nudged, double[] device) {
    /**
     * Relative distance that is accepted at every step, however near the CPU's two curves happen to be: some 40 operations lead to a loss,
     * and each may be off by 4 units of 2^-24 on either side.
     */
    public static final double FLOOR = 1e-5;

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
        Backend backend = detector.backend();
        for (Tensor weight : detector.network().state().values()) {
            float[] values = weight.toFloats();
            for (int i = 0; i < values.length; i++) {
                values[i] = i % 2 == 0 ? Math.nextUp(values[i]) : Math.nextDown(values[i]);
            }
            try (Tensor nudged = backend.upload(values, weight.shape(), weight.dtype())) {
                backend.assign(weight, nudged);
            }
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

    /**
     * Accepted relative distance of the device from the CPU, step by step: {@link #TIMES} times the most that the CPU has been from itself
     * up to that step, at least {@link #FLOOR}. The most and not the last: two curves that have parted cross now and then.
     */
    public double[] accepted() {
        double[] accepted = own();
        double most = 0;
        for (int i = 0; i < accepted.length; i++) {
            most = Math.max(most, accepted[i]);
            accepted[i] = Math.max(FLOOR, TIMES * most);
        }
        return accepted;
    }

    /** What is wrong with the device's curve, at the first step where it is; empty if nothing is. */
    public String problem() {
        double[] between = between();
        double[] accepted = accepted();
        for (int i = 0; i < between.length; i++) {
            // Also where a loss is not a number.
            if (!(between[i] <= accepted[i])) {
                return String.format(
                        Locale.ROOT,
                        "the loss of step %d is %.9g where the CPU has %.9g: %.1e apart, %.1e is accepted, %.0f times as far as the"
                                + " CPU was from itself by then, at least %.0e",
                        i + 1,
                        device[i],
                        cpu[i],
                        between[i],
                        accepted[i],
                        TIMES,
                        FLOOR);
            }
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
