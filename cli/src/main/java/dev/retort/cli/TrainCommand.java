package dev.retort.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code retort train}: trains a detector by itself. */
@Command(
        name = "train",
        description = "Trains a detector. Ctrl-C leaves a checkpoint that --resume goes on from.",
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        var recipe = options.recipe();
        try (TrainingDevices devices = device.createRanks()) {
            return options.train("train", recipe, devices.ranks());
        }
    }
}
