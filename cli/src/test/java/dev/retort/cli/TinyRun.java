package dev.retort.cli;

import dev.retort.cli.job.TrainingJob;
import dev.retort.cli.progress.MetricsLog;
import dev.retort.detection.train.TrainingRun;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code retort train} on two generated images with the smallest of models, for tests of how runs end. */
record TinyRun(Path data, Path out) {
    private static final List<String> TINY = List.of(
            "--set", "training.batch=2",
            "--set", "training.logEvery=1",
            "--set", "training.checkpointEvery=1000",
            "--set", "model.width=4",
            "--set", "model.pyramidChannels=8",
            "--set", "model.headConvolutions=1",
            "--set", "data.shortEdges=[64]",
            "--set", "optimizer.kind=sgd",
            "--set", "optimizer.learningRate=0.01",
            "--set", "optimizer.warmupIterations=1",
            "--set", "optimizer.clipNorm=0");

    /** How a command ended. */
    record End(int code, List<String> errors) {}

    /** Runs a command line in this process; the backend's notice is left out of its errors. */
    static End retort(String... args) {
        StringWriter err = new StringWriter();
        int code = Retort.run(new PrintWriter(new StringWriter(), true), new PrintWriter(err, true), args);
        List<String> errors = err.toString()
                .lines()
                .filter(line -> !line.startsWith("retort: computing with "))
                .toList();
        return new End(code, errors);
    }

    static void generate(Path data) {
        End end = retort("data", "shapes", data.toString(), "--train", "2", "--val", "0", "--test", "1");
        if (end.code != 0) {
            throw new AssertionError(end.errors);
        }
    }

    List<String> command(String... more) {
        String recipe = Path.of("..", "recipes", "shapes-student.yaml").toString();
        List<String> args =
                new ArrayList<>(List.of("train", recipe, "--data", data.toString(), "--out", out.toString()));
        args.addAll(TINY);
        args.addAll(List.of(more));
        return args;
    }

    End train(String... more) {
        return retort(command(more).toArray(String[]::new));
    }

    Path checkpoint() {
        return out.resolve(TrainingRun.CHECKPOINT);
    }

    Path model() {
        return out.resolve(TrainingRun.MODEL);
    }

    Path metrics() {
        return out.resolve(MetricsLog.FILE);
    }

    Path recipe() {
        return out.resolve(TrainingJob.RECIPE);
    }
}
