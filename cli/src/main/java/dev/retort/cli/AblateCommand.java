package dev.retort.cli;

import dev.retort.cli.job.Interruption;
import dev.retort.cli.study.ProcessLauncher;
import dev.retort.cli.study.Study;
import dev.retort.cli.study.StudyOptions;
import dev.retort.cli.study.StudyPlan;
import dev.retort.cli.study.StudyReader;
import dev.retort.cli.study.StudyRunner;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort ablate}: a study, row by row and seed by seed. */
@Command(
        name = "ablate",
        description = {
            "Trains every row of a study with every seed, and tells which differences are real: means, paired"
                    + " differences with intervals, corrected for the number of rows, and a bootstrap over the test images.",
            "The same command goes on after Ctrl-C or a crash, and makes what is missing after a change of the study.",
            "docs/studies.md tells how to write a study and how to read its tables."
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  retort ablate study.yaml --data shapes --out out/study --dry-run",
            "  retort ablate study.yaml --data shapes --out out/study --budget 6h",
            "  retort ablate study.yaml --data shapes --out out/study --shard 2/8"
        })
final class AblateCommand implements Callable<Integer> {
    private static final Pattern DURATION =
            Pattern.compile("(?:(\\d+(?:\\.\\d+)?)h)?(?:(\\d+(?:\\.\\d+)?)m(?:in)?)?(?:(\\d+(?:\\.\\d+)?)s)?");
    private static final int MINUTE = 60;
    private static final int HOUR = 60 * MINUTE;
    private static final Pattern SHARD = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "STUDY", description = "YAML file; docs/studies.md tells its keys.")
    private Path file;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "The data set's folder, or a zip file of one.")
    private Path data;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder for runs, the teacher, table.txt, table.md, table.csv, study.json and study.html.")
    private Path out;

    @Option(names = "--dry-run", description = "Print rows, runs and the time that is needed, and make nothing.")
    private boolean dryRun;

    @Option(
            names = "--tables",
            split = ",",
            paramLabel = "NAME",
            description = "Make the runs of these tables only; outputs have all. With commas, or repeated.")
    private List<String> tables = new ArrayList<>();

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            description = "Make every N-th run only, beginning with the I-th: for several machines, whose folders are"
                    + " then copied into one.")
    private String shard;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            description =
                    "Begin nothing that would not end in this time, such as 6h, 90m or 1h30m, by what was measured.")
    private String budget;

    @Option(
            names = "--jobs",
            defaultValue = "1",
            paramLabel = "N",
            description = "Runs at once, each a process of its own (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--bootstrap",
            defaultValue = "1000",
            paramLabel = "N",
            description =
                    "Samples of the test images for the interval over images; 0 for none, and then no row is called"
                            + " different (default: ${DEFAULT-VALUE}).")
    private int bootstrap;

    @Option(names = "--discard-models", description = "Remove each run's model when its result is there.")
    private boolean discard;

    @Mixin
    private PixelLimitOption limit;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        StudyOptions options = options();
        Study study = StudyReader.read(file);
        new ChosenNames(tables)
                .require(
                        "table",
                        " in " + file,
                        study.tables().stream().map(Study.Table::name).toList());
        Recipe recipe = study.tables().get(0).rows().get(0).recipe();
        String trainSplit = recipe.data().trainSplit();
        CocoDataset train = CocoDataset.open(data, trainSplit);
        CocoDataset test = CocoDataset.open(data, study.split());
        StudyRunner runner = new StudyRunner(
                study,
                train,
                test,
                out,
                options,
                launcher(study, trainSplit),
                spec.commandLine().getOut());
        if (dryRun) {
            runner.dryRun();
            return 0;
        }
        OutputFile.folder(out);
        StudyRunner.End end;
        try (Interruption stop = Interruption.open()) {
            end = runner.run(stop::requested);
            spec.commandLine().getOut().println(told(end));
        }
        return end == StudyRunner.End.STOPPED ? Retort.INTERRUPTED : end == StudyRunner.End.LEFT ? Retort.FAILED : 0;
    }

    private String told(StudyRunner.End end) {
        return switch (end) {
            case COMPLETE -> "Wrote " + out;
            case PUT_OFF -> "Wrote " + out + "; the same command makes what the budget put off";
            case LEFT -> "Wrote " + out + "; some runs have no result, see above; the same command goes on";
            case STOPPED -> "Stopped; the same command goes on";
        };
    }

    private ProcessLauncher launcher(Study study, String trainSplit) {
        List<String> command = new ArrayList<>(List.of(
                AblateRunCommand.NAME,
                "--data",
                data.toString(),
                "--train-split",
                trainSplit,
                "--split",
                study.split(),
                "--max-pixels",
                Long.toString(limit.pixels())));
        command.addAll(device.arguments());
        return new ProcessLauncher(Retort.class.getName(), command);
    }

    private StudyOptions options() {
        if (jobs < 1 || bootstrap < 0) {
            throw wrong("--jobs is 1 or more, --bootstrap 0 or more");
        }
        return new StudyOptions(
                tables, shard(), budget == null ? Double.POSITIVE_INFINITY : seconds(), jobs, !discard, bootstrap);
    }

    private double seconds() {
        Matcher parts = DURATION.matcher(budget.strip());
        if (budget.isBlank() || !parts.matches()) {
            throw wrong("--budget is a time such as 6h, 90m or 1h30m, not '" + budget + "'");
        }
        return number(parts.group(1)) * HOUR + number(parts.group(2)) * MINUTE + number(parts.group(3));
    }

    private static double number(String text) {
        return text == null ? 0 : Double.parseDouble(text);
    }

    private StudyPlan.Shard shard() {
        if (shard == null) {
            return StudyPlan.Shard.WHOLE;
        }
        Matcher parts = SHARD.matcher(shard.strip());
        if (!parts.matches()) {
            throw wrong("--shard is I/N, such as 2/8, not '" + shard + "'");
        }
        try {
            return new StudyPlan.Shard(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private ParameterException wrong(String what) {
        return new ParameterException(spec.commandLine(), what + ".");
    }
}
