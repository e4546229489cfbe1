package dev.retort.spark;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code retort spark distill}: trains a detector with a teacher in ranks on Spark. */
@Command(
        name = "distill",
        description =
                "Trains a detector with the help of a teacher in several ranks at once, a Spark task for each, which have a copy of"
                        + " the teacher each. A lost executor is replaced, and the training goes on from its last checkpoint.",
        sortOptions = false)
final class SparkDistillCommand implements Callable<Integer> {
    @Option(
            names = "--teacher",
            required = true,
            paramLabel = "MODEL",
            description = "Address of the teacher, a model.safetensors.")
    private String teacher;

    @Mixin
    private SparkTrainingOptions options;

    @Override
    public Integer call() throws IOException {
        return options.train("distill", Optional.of(teacher));
    }
}
