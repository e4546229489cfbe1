package dev.retort.bench.check;

import dev.retort.distill.check.LossCurves;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.util.Arrays;

/** Trains the demo's student with and without CUDA graphs: the same work has the same losses, bit for bit. */
final class GraphsPart implements Part {
    @Override
    public String name() {
        return "graphs";
    }

    @Override
    public String what() {
        return "The demo's student trained with and without CUDA graphs: the same losses, bit for bit";
    }

    @Override
    public void run(PartRun run) {
        String device = run.settings().device();
        String recording = Graphs.require(device);
        double[] plain = curve(run, device);
        double[] recorded = curve(run, recording);
        int same = Arrays.mismatch(plain, recorded);
        run.sum(same < 0 ? plain.length + " steps with the same bits" : "the same bits up to step " + same);
        if (same >= 0) {
            run.fail("Step " + (same + 1) + ": the loss is " + plain[same] + " without graphs, " + recorded[same]
                    + " with them");
        }
    }

    private static double[] curve(PartRun run, String name) {
        int steps = run.settings().steps();
        try (Backend backend = Backends.create(name)) {
            long start = System.nanoTime();
            double[] curve = LossCurves.curve(backend, steps, false);
            run.figure("seconds a step on " + name, (System.nanoTime() - start) / 1e9 / steps);
            return curve;
        }
    }
}
