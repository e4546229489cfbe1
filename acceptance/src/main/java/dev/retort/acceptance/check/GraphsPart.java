package dev.retort.acceptance.check;

import dev.retort.tensor.MatmulPrecision;
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
        String recording = DeviceNames.requireGraphs(device, MatmulPrecision.FP32);
        int steps = run.settings().steps();
        double[] plain = TrainingPart.curve(run, device, steps, false);
        double[] recorded = TrainingPart.curve(run, recording, steps, false);
        int same = Arrays.mismatch(plain, recorded);
        run.sum(same < 0 ? plain.length + " steps with the same bits" : "the same bits up to step " + same);
        if (same >= 0) {
            run.fail("Step " + (same + 1) + ": the loss is " + plain[same] + " without graphs, " + recorded[same]
                    + " with them");
        }
    }
}
