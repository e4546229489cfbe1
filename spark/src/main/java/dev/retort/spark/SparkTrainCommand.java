package dev.retort.spark;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code retort spark train}: trains a detector in ranks on Spark. */
@Command(
        name = "train",
        description =
                "Trains a detector in several ranks at once, a Spark task for each. A lost executor is replaced, and the training"
                        + " goes on from its last checkpoint.",
        sortOptions = false,
        footer = {
            "",
            "Example:",
            "  retort spark train recipe.yaml --data shapes --out out/run --ranks 2 --master local[2]"
        })
final class SparkTrainCommand implements Callable<Integer> {
    @Mixin
    private SparkTrainingOptions options;

    @Override
    public Integer call() throws IOException {
        return options.train("train", Optional.empty());
    }
}
