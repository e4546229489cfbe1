package dev.retort.cli.job;

import dev.retort.cli.progress.MetricsLine;
import dev.retort.cli.progress.MetricsLog;
import dev.retort.cli.report.ModelResult;
import dev.retort.cli.report.Report;
import dev.retort.cli.report.Summary;
import dev.retort.detection.Detector;
import dev.retort.detection.Evaluation;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.train.TrainingRun;
import dev.retort.distill.icd.IcdDistillation;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Distillation on a small scale: generates the shapes data set, trains a teacher, a student alone and the same student
 * with the teacher's help, evaluates all three, and writes summary.json and report.html beside the runs' folders. What a
 * stopped demo left in the folder is kept and gone on with.
 */
public final class Demo {
    /** Folder of the data set. */
    public static final String DATA = "data";

    private static final String GO_ON = "the same command goes on";

    /**
     * What to run.
     *
     * @param folder to write
     * @param trainImages images to learn from
     * @param testImages images to evaluate on
     * @param method of distillation, by its name in recipes
     * @param settings over both recipes, {@code key=value} each
     */
    public record Settings(Path folder, int trainImages, int testImages, String method, List<String> settings) {
        /** What the recipes are read with. */
        private List<String> overRecipes() {
            List<String> all = new ArrayList<>(List.of("distillation.methods=[" + method + "]"));
            all.addAll(settings);
            return all;
        }
    }

    private final Settings settings;
    private final Backend backend;
    private final Interruption stop;
    private final Map<String, ModelResult> results = new LinkedHashMap<>();
    private final DemoReport report;
    private final CocoDataset test;
    private final CocoDataset train;

    private Demo(Settings settings, Backend backend, Interruption stop) throws IOException {
        this.settings = settings;
        this.backend = backend;
        this.stop = stop;
        Path data = settings.folder.resolve(DATA);
        if (!Files.exists(data)) {
            generate(data);
        }
        Recipe recipe = recipe(DemoRecipes.TEACHER);
        train = CocoDataset.open(data, recipe.data().trainSplit());
        test = CocoDataset.open(data, recipe.data().testSplit());
        if (train.size() != settings.trainImages || test.size() != settings.testImages) {
            throw otherDemo(train.size() + " and " + test.size() + " images, not " + settings.trainImages + " and "
                    + settings.testImages);
        }
        report = new DemoReport(test, settings.method);
    }

    /**
     * Runs to the end.
     *
     * @return whether it is complete; false after Ctrl-C, which was told then, with checkpoints to resume from
     */
    public static boolean run(Settings settings, Backend backend) throws IOException {
        try (Interruption stop = Interruption.open();
                RunFolder held = RunFolder.open(settings.folder)) {
            Demo demo = new Demo(settings, backend, stop);
            try {
                return demo.train(Summary.TEACHER, DemoRecipes.TEACHER, Optional.empty())
                        && demo.train(Summary.STUDENT, DemoRecipes.STUDENT, Optional.empty())
                        && demo.distill()
                        && demo.write();
            } catch (StoppedException e) {
                System.err.println("retort: " + e.getMessage() + " (" + GO_ON + ")");
                return false;
            }
        }
    }

    private IllegalStateException otherDemo(String difference) {
        return new IllegalStateException(settings.folder + " holds a demo with other settings (" + difference
                + "): choose another folder, or remove it");
    }

    private void generate(Path data) throws IOException {
        System.err.println("retort: generating " + settings.trainImages + " images to learn from and "
                + settings.testImages + " to test on");
        Recipe recipe = recipe(DemoRecipes.TEACHER);
        Map<String, Integer> splits = new LinkedHashMap<>();
        splits.put(recipe.data().trainSplit(), settings.trainImages);
        splits.put(recipe.data().testSplit(), settings.testImages);
        ShapesGenerator.generate(
                ShapesGenerator.Settings.standard(1, 1, 1, recipe.training().seed())
                        .withSplits(splits),
                data);
    }

    private boolean distill() throws IOException {
        Path model = settings.folder.resolve(Summary.TEACHER).resolve(TrainingRun.MODEL);
        try (Detector teacher = Detector.load(model, backend)) {
            return train(Summary.distilled(settings.method), DemoRecipes.STUDENT, Optional.of(teacher));
        }
    }

    private boolean train(String model, String recipeName, Optional<Detector> teacher) throws IOException {
        Path folder = settings.folder.resolve(model);
        Recipe recipe = recipe(recipeName);
        boolean begun = Files.exists(folder.resolve(TrainingRun.CHECKPOINT));
        Path used = folder.resolve(TrainingJob.RECIPE);
        if (begun && !RecipeReader.read(used, List.of()).recipe().equals(recipe)) {
            throw otherDemo(used + " is not " + recipeName + " with the settings " + settings.overRecipes());
        }
        TrainingJob job = new TrainingJob(model, recipe, train, test, teacher, backend, folder, GO_ON);
        TrainingJob.Start start = begun ? TrainingJob.Start.RESUME : TrainingJob.Start.NEW;
        return job.run(start, stop, (student, distiller) -> {
            Evaluation evaluation = Evaluations.run("evaluate " + model, student, test, stop);
            List<MetricsLine> lines = MetricsLog.read(folder.resolve(MetricsLog.FILE));
            double seconds = lines.get(lines.size() - 1).seconds();
            results.put(model, ModelResult.of(evaluation.metrics(), student.parameterCount(), seconds));
            report.add(model, student, evaluation, lines);
            distiller.flatMap(of -> of.method(IcdDistillation.class)).ifPresent(icd -> report.attention(student, icd));
        });
    }

    private boolean write() throws IOException {
        Summary summary = new Summary(results);
        summary.write(settings.folder.resolve(Summary.FILE));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("images to learn from", Integer.toString(train.size()));
        facts.put("images to test on", Integer.toString(test.size()));
        facts.put("seed", Long.toString(recipe(DemoRecipes.STUDENT).training().seed()));
        facts.put("backend", backend.name());
        facts.put(
                "machine",
                Runtime.getRuntime().availableProcessors() + " processors, Java "
                        + Runtime.version().feature());
        Report.write(report.data(summary, facts), settings.folder.resolve(Report.FILE));
        return true;
    }

    private Recipe recipe(String name) throws IOException {
        return DemoRecipes.read(name, settings.overRecipes());
    }
}
