package dev.retort.acceptance.cli;

import dev.retort.acceptance.check.CheckSettings;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all parts of a check are told, as options. */
public final class GpuCheckOptions {
    /** Fewer cannot be looked at quarter by quarter. */
    private static final int FEWEST_STEPS = 4;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cuda",
            description = "What to check, such as cuda:1 or opencl (default: ${DEFAULT-VALUE}).")
    private String device;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "200",
            description = "Steps of the parts that train (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--size",
            paramLabel = "HxW",
            defaultValue = CheckSettings.SIZE,
            description = "Height and width of the benchmarks' images, multiples of 32 (default: ${DEFAULT-VALUE}).")
    private String size;

    @Option(
            names = "--batches",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,8",
            description = "Images a batch in the benchmarks of networks (default: ${DEFAULT-VALUE}).")
    private List<Integer> batches;

    /** The settings, once they make sense. */
    CheckSettings settings() {
        check(steps >= FEWEST_STEPS, "--steps must be " + FEWEST_STEPS + " or more, not " + steps);
        check(batches.stream().allMatch(batch -> batch >= 1), "--batches must be 1 or more, not " + batches);
        CheckSettings settings = new CheckSettings(device, steps, size, batches);
        settings.scenario();
        return settings;
    }

    private void check(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
