package dev.retort.distill.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code retort distill}: a student from a recipe and a teacher. */
@Command(
        name = "distill",
        description = "Trains a student by a recipe, with instance-conditional distillation from a teacher of the same"
                + " classes. OUT receives the same files as with 'retort train'.",
        footer = {
            "",
            "Example: retort distill recipes/bccd-student.yaml --teacher out/teacher/model.safetensors --data bccd"
                    + " --out out/student-icd"
        })
final class DistillCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--teacher", required = true, paramLabel = "MODEL", description = "The teacher's model.safetensors.")
    private Path teacher;

    @Mixin
    private TrainingOptions options;

    @Override
    public Integer call() throws IOException {
        return options.run("distill", teacher, spec.commandLine().getOut());
    }
}
