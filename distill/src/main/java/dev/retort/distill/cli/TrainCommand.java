package dev.retort.distill.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort train}: a detector from a recipe. */
@Command(
        name = "train",
        description = "Trains a detector by a recipe. OUT receives model.safetensors, checkpoint.safetensors,"
                + " metrics.jsonl and recipe.yaml.",
        footer = {"", "Example: retort train recipes/bccd-teacher.yaml --data bccd --out out/teacher"})
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions options;

    @Override
    public Integer call() throws IOException {
        return options.run("train", null, spec.commandLine().getOut());
    }
}
