package dev.retort.cli;

import dev.retort.cli.job.Demo;
import dev.retort.cli.report.Report;
import dev.retort.cli.report.Summary;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code retort demo}: the whole method on a small scale. */
@Command(
        name = "demo",
        description = "Generates a data set, trains a teacher, a student alone and the student with the teacher's help,"
                + " evaluates all three and writes summary.json and report.html. After Ctrl-C, the same command goes on"
                + " where it was.",
        showDefaultValues = true,
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder to write.")
    private Path out = Path.of("out", "demo");

    @Option(names = "--train", paramLabel = "N", description = "Images to learn from.")
    private int train = 2000;

    @Option(names = "--test", paramLabel = "N", description = "Images to evaluate on.")
    private int test = 240;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a field of both recipes (recipes/shapes-*.yaml), such as training.epochs=3; may be"
                    + " repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description = "The distillation method, by its name in recipes, with the weights of the demo's recipe.")
    private String method = "icd";

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        PrintWriter results = spec.commandLine().getOut();
        try (Backend computing = device.create()) {
            if (!Demo.run(new Demo.Settings(out, train, test, method, settings), computing)) {
                return Retort.INTERRUPTED;
            }
        }
        Summary.read(out.resolve(Summary.FILE))
                .models()
                .forEach((model, result) -> results.printf(
                        Locale.ROOT,
                        "%-12s AP %5.1f  AP50 %5.1f  %,d parameters%n",
                        model,
                        100 * result.ap(),
                        100 * result.ap50(),
                        result.parameters()));
        results.println("Wrote " + out.resolve(Summary.FILE) + " and " + out.resolve(Report.FILE));
        return 0;
    }
}
