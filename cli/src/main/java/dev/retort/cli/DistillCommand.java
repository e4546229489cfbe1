package dev.retort.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code retort distill}: trains a detector with a teacher. */
@Command(
        name = "distill",
        description =
                "Trains a detector with the help of a larger, trained one, by the methods that the recipe names in"
                        + " distillation.methods (icd, instance-conditional knowledge distillation, unless it says otherwise)."
                        + " Ctrl-C leaves a checkpoint that --resume goes on from.",
        sortOptions = false)
final class DistillCommand implements Callable<Integer> {
    @Option(
            names = "--teacher",
            required = true,
            paramLabel = "MODEL",
            description = "The teacher: a model.safetensors that 'retort train' wrote.")
    private Path teacher;

    @Mixin
    private TrainingOptions options;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        var recipe = options.recipe();
        try (TrainingDevices devices = device.createRanks()) {
            devices.load(teacher);
            return options.train("distill", recipe, devices.ranks());
        }
    }
}
