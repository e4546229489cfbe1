package dev.retort.acceptance.check;

import dev.retort.acceptance.training.LossCurves;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Trains the demo's student on the device and on simd: two loss curves side by side. */
final class TrainingPart implements Part {
    private static final String CPU = "simd";
    /** Rows of the table. */
    private static final int ROWS = 20;

    @Override
    public String name() {
        return "training";
    }

    @Override
    public String what() {
        return "The demo's student trained from the same weights on the device and on simd: loss curves side by side";
    }

    @Override
    public void run(PartRun run) {
        int steps = run.settings().steps();
        double[] device = curve(run, run.settings().device(), steps, false);
        double[] cpu = curve(run, CPU, steps, false);
        double[] nudged = curve(run, CPU, steps, true);
        LossCurves curves = new LossCurves(cpu, nudged, device);
        double[] own = curves.own();
        double[] between = curves.between();
        double[] accepted = curves.accepted();
        for (int i = 0; i < steps; i += Math.max(1, steps / ROWS)) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("step", i + 1);
            row.put("device", device[i]);
            row.put(CPU, cpu[i]);
            row.put("apart", between[i]);
            row.put("simd from itself", own[i]);
            row.put("accepted", accepted[i]);
            run.row(row);
        }
        run.figure("first losses apart", between[0]);
        run.figure("most apart", LossCurves.max(between));
        run.figure("simd from itself, every weight one ulp off, most apart", LossCurves.max(own));
        run.figure("mean of the last losses, device", LossCurves.end(device));
        run.figure("mean of the last losses, simd", LossCurves.end(cpu));
        run.sum(String.format(
                Locale.ROOT,
                "%d steps: the last losses are %.3f, simd's %.3f; most apart %.1e, simd from itself %.1e",
                steps,
                LossCurves.end(device),
                LossCurves.end(cpu),
                LossCurves.max(between),
                LossCurves.max(own)));
        if (!curves.problem().isEmpty()) {
            run.fail(curves.problem());
        }
    }

    /** The losses of a training on a backend, whose seconds a step are told under its name unless its weights are nudged. */
    static double[] curve(PartRun run, String name, int steps, boolean nudge) {
        long start = System.nanoTime();
        try (Backend backend = Backends.create(name)) {
            double[] curve = LossCurves.curve(backend, steps, nudge);
            if (!nudge) {
                run.figure("seconds a step on " + name, (System.nanoTime() - start) / 1e9 / steps);
            }
            return curve;
        }
    }
}
