package dev.retort.acceptance.check;

import dev.retort.acceptance.golden.GoldenCase;
import dev.retort.acceptance.golden.GoldenRunner;

/** The golden set on the device, in float32 and, where the device has it, float64. */
final class GoldenPart implements Part {
    @Override
    public String name() {
        return "golden";
    }

    @Override
    public String what() {
        return "The golden set, made with PyTorch and the official code, on the device in float32 and float64";
    }

    @Override
    public void run(PartRun run) throws Exception {
        System.setProperty(GoldenRunner.DEVICE, run.settings().device());
        try (GoldenRunner runner = GoldenRunner.open()) {
            int failed = 0;
            int done = 0;
            for (GoldenCase golden : runner.cases()) {
                try {
                    runner.run(golden);
                } catch (Exception | AssertionError wrong) {
                    failed++;
                    run.fail(golden.name() + ": " + (wrong.getMessage() == null ? wrong : wrong.getMessage()));
                }
                run.done(++done);
            }
            int all = runner.cases().size();
            run.figure("cases", all);
            run.figure("failed", failed);
            run.sum(all - failed + " of " + all + " cases pass");
        }
    }
}
