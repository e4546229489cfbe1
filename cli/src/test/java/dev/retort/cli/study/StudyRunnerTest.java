package dev.retort.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.eval.MatchedDetections;
import dev.retort.detection.eval.MatchesFile;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.train.TrainingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A study with a launcher that writes results instead of training. */
class StudyRunnerTest {
    private static final int IMAGES = 40;
    private static final CocoDataset TEST = TinyStudy.dataset(IMAGES);
    private static final StudyOptions ALL =
            new StudyOptions(List.of(), StudyPlan.Shard.WHOLE, Double.POSITIVE_INFINITY, 1, true, 50);

    /** A folder with a study that is complete. */
    @TempDir
    private static Path complete;

    @TempDir
    private Path folder;

    private final FakeLauncher launcher = new FakeLauncher();
    private final StringWriter printed = new StringWriter();
    private String text;
    private Path out;

    /** Gives every run the AP of its row and seed: so many of the images are found. */
    private static final class FakeLauncher implements RunLauncher {
        private final List<String> made = new ArrayList<>();
        private final Map<Integer, Integer> codes = new HashMap<>();
        private int calls;

        @Override
        public int launch(Order order, BooleanSupplier stop, Runnable tick) throws IOException {
            int code = codes.getOrDefault(calls, 0);
            calls++;
            if (code != 0) {
                Files.writeString(order.folder().resolve(ProcessLauncher.LOG), "retort: it does not fit\n");
                return code;
            }
            var recipe = order.recipe().orElseThrow();
            long seed = recipe.training().seed();
            Files.writeString(order.folder().resolve("recipe.yaml"), RecipeReader.write(recipe));
            Files.writeString(order.folder().resolve(TrainingRun.MODEL), "");
            Files.writeString(order.folder().resolve(TrainingRun.CHECKPOINT), "");
            boolean teacher = order.folder().toString().contains("teacher");
            boolean pkd = RecipeReader.write(recipe).contains("\"pkd\"");
            boolean distilled = order.model().isPresent();
            made.add((teacher ? "teacher" : pkd ? "pkd" : distilled ? "icd" : "plain") + " " + seed);
            boolean diverges = pkd && seed == 2;
            int found = (teacher ? 39 : pkd ? 20 : distilled ? 30 : 10) + (int) (seed * seed % 5);
            Optional<RunResult.Failure> failure = diverges
                    ? Optional.of(new RunResult.Failure("pkd", 7, "The loss 'pkd' is NaN at iteration 7"))
                    : Optional.empty();
            if (!diverges) {
                MatchesFile.write(matches(found), order.folder().resolve(StudyRun.MATCHES));
            }
            double ap = (double) found / IMAGES;
            new RunResult(
                            RunResult.FORMAT,
                            order.key(),
                            seed,
                            distilled,
                            failure,
                            diverges ? Map.of() : Map.of("AP", ap, "AP50", ap),
                            Map.of(),
                            Map.of("box", 0.5),
                            10,
                            new RunResult.Seconds(100, 20),
                            new RunResult.Machine("fake", "none", 1, "17", "1"))
                    .write(order.folder());
            return 0;
        }

        /** The first images' objects are found, and nothing else is. */
        private static MatchedDetections matches(int found) {
            int[] positives = new int[IMAGES];
            int[] images = new int[found];
            double[] scores = new double[found];
            int[] matched = new int[found];
            List<Long> ids = new ArrayList<>();
            for (int i = 0; i < IMAGES; i++) {
                positives[i] = 1;
                ids.add((long) i + 1);
            }
            for (int d = 0; d < found; d++) {
                images[d] = d;
                scores[d] = 0.9;
                matched[d] = 1023;
            }
            return new MatchedDetections(
                    ids,
                    List.of(new MatchedDetections.Category(1, positives, images, scores, matched, new int[found])));
        }
    }

    @BeforeAll
    static void completeOne() throws IOException {
        Study study = TinyStudy.read(complete, TinyStudy.HEAD + TinyStudy.TABLES);
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        new StudyRunner(study, TinyStudy.dataset(6), TEST, complete.resolve("out"), ALL, new FakeLauncher(), nowhere)
                .run(() -> false);
    }

    @BeforeEach
    void setUp() {
        text = TinyStudy.HEAD + TinyStudy.TABLES;
        out = folder.resolve("out");
    }

    private void oneSeed() {
        text = text.replace("seeds: [1, 2, 3]", "seeds: [1]");
    }

    /** Begins with a study that is complete. */
    private void begunComplete() throws IOException {
        try (var files = Files.walk(complete.resolve("out"))) {
            for (Path file : files.toList()) {
                Files.copy(file, out.resolve(complete.resolve("out").relativize(file)));
            }
        }
    }

    private StudyRunner runner(StudyOptions options) throws IOException {
        Study study = TinyStudy.read(folder, text);
        return new StudyRunner(
                study, TinyStudy.dataset(6), TEST, out, options, launcher, new PrintWriter(printed, true));
    }

    private StudyRunner.End run(StudyOptions options) throws IOException {
        return runner(options).run(() -> false);
    }

    private JsonNode json() throws IOException {
        return JsonMapper.builder().build().readTree(Files.readString(out.resolve(StudyOutputs.JSON)));
    }

    @Test
    void everyRunIsMadeOnceTheTeacherFirst() throws IOException {
        assertThat(run(ALL)).isEqualTo(StudyRunner.End.COMPLETE);
        assertThat(launcher.made)
                .startsWith("teacher 4", "plain 1", "pkd 1", "icd 1", "icd 1", "plain 2")
                .hasSize(13);
        assertThat(printed.toString())
                .contains("teacher: AP 100.0", "methods.plain seed 1 (1 of 12): AP 27.5, 2 min 0 s");
        launcher.made.clear();
        assertThat(run(ALL)).isEqualTo(StudyRunner.End.COMPLETE);
        assertThat(launcher.made).isEmpty();
    }

    @Test
    void checkpointsGoAndModelsStayUnlessTheyAreNotWanted() throws IOException {
        begunComplete();
        List<Path> models = files(TrainingRun.MODEL);
        assertThat(models).hasSize(13);
        assertThat(files(TrainingRun.CHECKPOINT)).hasSize(1).first().asString().contains("teacher");
        run(new StudyOptions(List.of(), StudyPlan.Shard.WHOLE, Double.POSITIVE_INFINITY, 1, false, 50));
        assertThat(files(TrainingRun.MODEL)).hasSize(1).first().asString().contains("teacher");
    }

    private List<Path> files(String name) throws IOException {
        try (var all = Files.walk(out)) {
            return all.filter(file -> file.endsWith(name)).toList();
        }
    }

    @Test
    void failedRunsAreShownAndInNoMean() throws IOException {
        begunComplete();
        JsonNode pkd = json().at("/tables/0/rows/1");
        assertThat(pkd.at("/n").intValue()).isEqualTo(2);
        assertThat(pkd.at("/failed").intValue()).isEqualTo(1);
        assertThat(pkd.at("/runs/1/state").stringValue()).isEqualTo("failed");
        assertThat(pkd.at("/runs/1/failure/loss").stringValue()).isEqualTo("pkd");
        assertThat(Files.readString(out.resolve(StudyOutputs.TEXT)))
                .contains("2 of 3, 1 failed", "pkd, seed 2 failed and is in no mean: the loss 'pkd'");
    }

    /** Plain finds 11, 14 and 14 of 40, all 31, 34 and 34: a difference of 50 % in every seed. */
    @Test
    void differencesArePairedAndNeedBothIntervals() throws IOException {
        begunComplete();
        JsonNode plain = json().at("/tables/0/rows/0");
        assertThat(plain.at("/metrics/AP/mean").doubleValue()).isEqualTo(0.325);
        JsonNode difference = plain.at("/difference");
        assertThat(difference.at("/mean").doubleValue()).isEqualTo(-0.5);
        assertThat(difference.at("/deviation").doubleValue()).isZero();
        assertThat(difference.at("/better").intValue()).isZero();
        assertThat(difference.at("/different").booleanValue()).isTrue();
        assertThat(difference.at("/interval_over_images/0").doubleValue()).isBetween(-0.75, -0.5);
        assertThat(json().at("/tables/0/rows/1/difference").has("interval"))
                .as("two pairs")
                .isFalse();
        run(new StudyOptions(List.of(), StudyPlan.Shard.WHOLE, Double.POSITIVE_INFINITY, 1, true, 0));
        assertThat(json().at("/tables/0/rows/0/difference/different").booleanValue())
                .isFalse();
    }

    @Test
    void firstLinesSayWhatCannotBeSeen() throws IOException {
        begunComplete();
        assertThat(Files.readAllLines(out.resolve(StudyOutputs.TEXT)).get(1))
                .startsWith("  methods: differences below 0.0 AP are not visible here (3 seeds, 1 row compared)");
        text = text.replace("seeds: [1, 2, 3]", "seeds: [1, 3]");
        run(ALL);
        assertThat(Files.readAllLines(out.resolve(StudyOutputs.MARKDOWN)).get(2))
                .startsWith("- methods: fewer than 3 seeds, so that no difference can be told from chance");
    }

    @Test
    void publishedFiguresHaveTheirHeadingAndTheirOwnDifferences() throws IOException {
        begunComplete();
        text = text + "published: COCO val\n";
        run(ALL);
        assertThat(Files.readString(out.resolve(StudyOutputs.MARKDOWN)))
                .contains("published: COCO val |", "| 37.4 (-2.5) |", "| 39.9 |");
        assertThat(Files.readAllLines(out.resolve(StudyOutputs.CSV)))
                .hasSize(6)
                .anyMatch(line -> line.startsWith("methods,plain,all,3,0,32.5000,") && line.endsWith(",120.0,37.4"));
    }

    @Test
    void thePageIsXmlWithADotForEachRun() throws Exception {
        begunComplete();
        String page = Files.readString(out.resolve(StudyOutputs.PAGE)).replace("<!DOCTYPE html>", "");
        var dots = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(page)))
                .getElementsByTagName("circle");
        assertThat(dots.getLength()).isEqualTo(3 + 2 + 3 + 3 + 3);
    }

    @Test
    void aChangedStudyTakesWhatFitsAndListsTheRest() throws IOException {
        begunComplete();
        text = text.replace("weight: 4", "weight: 2");
        assertThat(run(ALL)).isEqualTo(StudyRunner.End.COMPLETE);
        assertThat(launcher.made).containsExactly("icd 1", "icd 2", "icd 3");
        assertThat(json().at("/results_without_row")).hasSize(3);
        assertThat(Files.readString(out.resolve(StudyOutputs.TEXT))).contains("results without a row, kept: ");
    }

    @Test
    void aCrashIsTriedOnceMoreAndThenGivenUp() throws IOException {
        oneSeed();
        launcher.codes.put(1, 1);
        assertThat(run(ALL)).isEqualTo(StudyRunner.End.LEFT);
        assertThat(printed.toString())
                .contains(
                        "methods.plain seed 1: ended without a result, exit code 1: it does not fit",
                        "tries it once more");
        assertThat(json().at("/tables/0/rows/0/runs/0/state").stringValue()).isEqualTo("missing");
        launcher.codes.put(launcher.calls, 1);
        assertThat(run(ALL)).isEqualTo(StudyRunner.End.LEFT);
        assertThat(json().at("/tables/0/rows/0/runs/0/state").stringValue()).isEqualTo("crashed");
        int calls = launcher.calls;
        assertThat(run(ALL)).isEqualTo(StudyRunner.End.LEFT);
        assertThat(launcher.calls).isEqualTo(calls);
        assertThat(printed.toString()).contains("not tried again, it crashed twice");
    }

    @Test
    void aKilledRunIsNoCrash() throws IOException {
        oneSeed();
        for (int call = 1; call < 3; call++) {
            launcher.codes.put(launcher.calls == 0 ? 1 : launcher.calls, 137);
            assertThat(run(ALL)).isEqualTo(StudyRunner.End.LEFT);
        }
        assertThat(run(ALL)).isEqualTo(StudyRunner.End.COMPLETE);
    }

    @Test
    void aStopEndsTheCall() throws IOException {
        oneSeed();
        launcher.codes.put(3, RunLauncher.STOPPED);
        assertThat(runner(ALL).run(() -> launcher.calls == 4)).isEqualTo(StudyRunner.End.STOPPED);
        assertThat(launcher.made).containsExactly("teacher 4", "plain 1", "pkd 1");
        run(ALL);
        assertThat(launcher.made).hasSize(5);
    }

    @Test
    void theBudgetBeginsNothingThatWouldEndTooLate() throws IOException {
        StudyOptions short_ = new StudyOptions(List.of(), StudyPlan.Shard.WHOLE, 119, 1, true, 50);
        assertThat(run(short_)).isEqualTo(StudyRunner.End.PUT_OFF);
        assertThat(launcher.made).as("nothing is measured before the first").containsExactly("teacher 4", "plain 1");
        assertThat(printed.toString())
                .contains("the budget leaves no time for methods.pkd seed 1 (about 2 min 0 s): 11 runs are put off");
    }

    @Test
    void shardsTogetherMakeTheWhole() throws IOException {
        oneSeed();
        for (int i = 1; i <= 3; i++) {
            run(new StudyOptions(List.of(), new StudyPlan.Shard(i, 3), Double.POSITIVE_INFINITY, 1, true, 50));
        }
        assertThat(launcher.made).hasSize(5).startsWith("teacher 4", "plain 1", "icd 1");
        assertThat(run(ALL)).isEqualTo(StudyRunner.End.COMPLETE);
        assertThat(launcher.made).hasSize(5);
    }

    @Test
    void severalJobsMakeTheSameStudy() throws IOException {
        begunComplete();
        String alone = Files.readString(out.resolve(StudyOutputs.JSON));
        out = folder.resolve("jobs");
        run(new StudyOptions(List.of(), StudyPlan.Shard.WHOLE, Double.POSITIVE_INFINITY, 3, true, 50));
        assertThat(Files.readString(out.resolve(StudyOutputs.JSON))).isEqualTo(alone);
    }

    @Test
    void aDryRunMakesNothing() throws IOException {
        runner(ALL).dryRun();
        assertThat(out).doesNotExist();
        assertThat(printed.toString())
                .contains(
                        "5 rows, 3 seeds, 12 runs; of this call 12, of which 0 have a result",
                        "not known before one was made");
        begunComplete();
        text = text.replace("seeds: [1, 2, 3]", "seeds: [1, 2, 3, 5]");
        runner(ALL).dryRun();
        assertThat(printed.toString()).contains("4 runs to make, about 8 min 0 s");
    }

    @Test
    void aRowAboveItsTeacherIsAWarning() throws IOException {
        begunComplete();
        Path teacher = files(RunResult.FILE).stream()
                .filter(file -> file.toString().contains("teacher"))
                .findFirst()
                .orElseThrow();
        Files.writeString(teacher, Files.readString(teacher).replace("\"AP\" : 1.0", "\"AP\" : 0.5"));
        run(ALL);
        assertThat(Files.readString(out.resolve(StudyOutputs.TEXT)))
                .contains("warning: methods.all has AP 82.5, above the teacher's 50.0");
    }

    @Test
    void aResultOfAnotherRecipeIsRefused() throws IOException {
        begunComplete();
        Path recipe = files("recipe.yaml").stream()
                .filter(file -> file.toString().contains("runs"))
                .findFirst()
                .orElseThrow();
        Files.writeString(recipe, Files.readString(recipe).replace("flip: 0.5", "flip: 0.25"));
        assertThatIOException().isThrownBy(() -> run(ALL)).withMessageContaining("since a default has changed");
    }

    @Test
    void aDamagedResultIsNamed() throws IOException {
        begunComplete();
        Path result = files(RunResult.FILE).get(0);
        Files.writeString(result, "{}");
        assertThatIOException().isThrownBy(() -> run(ALL)).withMessageContaining(result.toString());
    }
}
