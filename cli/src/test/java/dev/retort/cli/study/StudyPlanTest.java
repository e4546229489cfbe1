package dev.retort.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.data.CocoDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What makes two runs one, and the order in which they are made. */
class StudyPlanTest {
    private static final CocoDataset TRAIN = TinyStudy.dataset(6);
    private static final CocoDataset TEST = TinyStudy.dataset(4);

    @TempDir
    private Path folder;

    private StudyPlan plan(String text) throws IOException {
        return plan(text, TRAIN, TEST);
    }

    private StudyPlan plan(String text, CocoDataset train, CocoDataset test) throws IOException {
        Study study = TinyStudy.read(folder, text);
        return StudyPlan.of(study, new RunKey(train, test, study.teacher()));
    }

    @Test
    void rowsOfOneRecipeShareTheirRuns() throws IOException {
        StudyPlan plan = plan(
                TinyStudy.HEAD + TinyStudy.TABLES + "    all: {}\n    eight: {set: {distillation.icd.heads: 4}}\n");
        assertThat(plan.keys().get("methods.all")).isEqualTo(plan.keys().get("weights.all"));
        assertThat(plan.runs()).hasSize(3 * 5);
        assertThat(plan.runs().get(2).rows()).containsExactly("methods.all", "weights.all");
    }

    @Test
    void allRowsOfASeedComeBeforeTheNextSeed() throws IOException {
        StudyPlan plan = plan(TinyStudy.HEAD + TinyStudy.TABLES);
        assertThat(plan.runs())
                .extracting(StudyPlan.Run::name)
                .startsWith(
                        "methods.plain seed 1",
                        "methods.pkd seed 1",
                        "methods.all seed 1",
                        "weights.half seed 1",
                        "methods.plain seed 2");
        assertThat(plan.runs())
                .extracting(run -> run.recipe().training().seed())
                .startsWith(1L, 1L, 1L, 1L, 2L);
        assertThat(plan.runs(List.of("weights")))
                .extracting(StudyPlan.Run::name)
                .startsWith("methods.all seed 1", "weights.half seed 1", "methods.all seed 2");
    }

    @Test
    void theSeedIsNoPartOfAKeyAndTheTeachersIs() throws IOException {
        String text = TinyStudy.HEAD + TinyStudy.TABLES;
        StudyPlan plan = plan(text);
        assertThat(plan(text.replace("seeds: [1, 2, 3]", "seeds: [7]")).keys()).isEqualTo(plan.keys());
        StudyPlan other = plan(text.replace("seed: 4", "seed: 5"));
        assertThat(other.keys().get("methods.all")).isNotEqualTo(plan.keys().get("methods.all"));
        assertThat(other.keys().get("methods.plain"))
                .as("no teacher")
                .isEqualTo(plan.keys().get("methods.plain"));
        StudyPlan otherRecipe = plan(text.replace("seed: 4", "seed: 4, set: {model.depth: 34}"));
        assertThat(otherRecipe.keys().get("methods.all"))
                .isNotEqualTo(plan.keys().get("methods.all"));
    }

    @Test
    void whatIsSaidForAllRowsIsAsIfSaidInEach() throws IOException {
        String each = TinyStudy.TABLES
                .replace("all: {published: 39.9}", "all: {set: {training.batch: 4}}")
                .replace("plain: {", "plain: {set: {training.batch: 4}, ")
                .replace("methods: [pkd]", "methods: [pkd], training.batch: 4")
                .replace("weight: 4", "weight: 4, training.batch: 4");
        assertThat(plan(TinyStudy.HEAD + each).keys())
                .isEqualTo(plan(TinyStudy.HEAD + "common: {training.batch: 4}\n" + TinyStudy.TABLES)
                        .keys());
    }

    @Test
    void aDefaultThatIsWrittenDownChangesNoKey() throws IOException {
        String text = TinyStudy.HEAD + TinyStudy.TABLES;
        assertThat(plan(TinyStudy.HEAD + "common: {data.flip: 0.5, model.kind: retinanet}\n" + TinyStudy.TABLES)
                        .keys())
                .isEqualTo(plan(text).keys());
    }

    @Test
    void distillationIsNoPartOfWhatIsTrainedAlone() throws IOException {
        StudyPlan plan = plan(TinyStudy.HEAD + TinyStudy.TABLES);
        StudyPlan other = plan(TinyStudy.HEAD + "common: {distillation.inheritHead: false}\n" + TinyStudy.TABLES);
        assertThat(other.keys().get("methods.plain")).isEqualTo(plan.keys().get("methods.plain"));
        assertThat(other.keys().get("methods.all")).isNotEqualTo(plan.keys().get("methods.all"));
    }

    @Test
    void otherDataIsAnotherRun() throws IOException {
        String text = TinyStudy.HEAD + TinyStudy.TABLES;
        List<String> keys = new ArrayList<>(List.of(
                plan(text).keys().get("methods.plain"),
                plan(text, TinyStudy.dataset(7), TEST).keys().get("methods.plain"),
                plan(text, TRAIN, TinyStudy.dataset(5)).keys().get("methods.plain")));
        assertThat(keys).doesNotHaveDuplicates();
        assertThat(plan(text, TinyStudy.dataset(6), TinyStudy.dataset(4)).keys())
                .isEqualTo(plan(text).keys());
    }

    @Test
    void foldersAreNamedByKeyAndSeed() throws IOException {
        StudyPlan.Run run = plan(TinyStudy.HEAD + TinyStudy.TABLES).runs().get(4);
        assertThat(run.key()).matches("[0-9a-f]{64}");
        assertThat(run.folder()).isEqualTo(run.key().substring(0, 12) + "-s2");
    }

    @Test
    void shardsMakeEveryRunOnce() throws IOException {
        List<StudyPlan.Run> all = plan(TinyStudy.HEAD + TinyStudy.TABLES).runs();
        List<StudyPlan.Run> made = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            made.addAll(new StudyPlan.Shard(i, 5).of(all));
        }
        assertThat(made).containsExactlyInAnyOrderElementsOf(all);
        assertThat(new StudyPlan.Shard(2, 5).of(all)).startsWith(all.get(1), all.get(6));
        assertThat(new StudyPlan.Shard(9, 9).of(List.of(1, 2))).isEmpty();
        assertThatThrownBy(() -> new StudyPlan.Shard(0, 2)).hasMessageContaining("0/2");
        assertThatThrownBy(() -> new StudyPlan.Shard(3, 2)).hasMessageContaining("3/2");
    }
}
