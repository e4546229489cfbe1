package dev.retort.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.eval.CocoMetric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Study files are read whole, and what is wrong with one is told with its table and row. */
class StudyReaderTest {
    @TempDir
    private Path folder;

    private Study read(String text) throws IOException {
        return TinyStudy.read(folder, text);
    }

    @Test
    void aStudyIsReadWithItsRecipesResolved() throws IOException {
        Study study = read(TinyStudy.HEAD
                + "published: \"COCO val\"\ncommon: {training.batch: 3, optimizer.clipNorm: 2}\n" + TinyStudy.TABLES);
        assertThat(study.metrics()).containsExactly(CocoMetric.AP, CocoMetric.AP50);
        assertThat(study.seeds()).containsExactly(1L, 2L, 3L);
        assertThat(study.published()).isEqualTo("COCO val");
        Study.Table methods = study.tables().get(0);
        assertThat(methods.rows()).extracting(Study.Row::name).containsExactly("plain", "pkd", "all");
        assertThat(methods.rows()).extracting(Study.Row::distil).containsExactly(false, true, true);
        assertThat(methods.rows().get(0).published()).hasValue(37.4);
        assertThat(methods.rows().get(1).published()).isEmpty();
        for (Study.Table table : study.tables()) {
            for (Study.Row row : table.rows()) {
                assertThat(row.recipe().training().iterations()).isEqualTo(10);
                assertThat(row.recipe().training().batch()).isEqualTo(3);
                assertThat(row.recipe().optimizer().clipNorm()).isEqualTo(2);
            }
        }
        Study.Teacher.Trained teacher = (Study.Teacher.Trained) study.teacher().orElseThrow();
        assertThat(teacher.seed()).isEqualTo(4);
        assertThat(teacher.recipe().training().batch()).as("common is for rows").isEqualTo(2);
    }

    @Test
    void aReferenceOfAnotherTableJoinsTheTable() throws IOException {
        Study.Table weights = read(TinyStudy.HEAD + TinyStudy.TABLES).tables().get(1);
        assertThat(weights.rows()).extracting(Study.Row::fullName).containsExactly("weights.half", "methods.all");
        assertThat(weights.referenceRow().fullName()).isEqualTo("methods.all");
    }

    @Test
    void aTableMayHaveAReferenceOfItsOwn() throws IOException {
        String own = TinyStudy.TABLES.replace("  weights:\n", "  weights:\n    reference: methods.plain\n");
        assertThat(read(TinyStudy.HEAD + own).tables().get(1).referenceRow().fullName())
                .isEqualTo("methods.plain");
    }

    /** Those of docs/studies. */
    @ParameterizedTest
    @ValueSource(strings = {"shapes-icd", "shapes-methods", "shapes-weights", "shapes-ld", "bccd-methods"})
    void theProjectsOwnStudiesAreRead(String name) {
        Study own = StudyReader.read(Path.of("..", "docs", "studies", name, "study.yaml"));
        assertThat(own.name()).isEqualTo(name);
        assertThat(own.tables()).isNotEmpty();
    }

    /** A mistake as a replacement in a study that is right, and what the message has. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "seeds: [1, 2, 3] | seed: [1] | no key 'seed', did you mean seeds?",
                "seeds: [1, 2, 3] | seeds: [1, 2, 1] | seed 1 is given twice",
                "seeds: [1, 2, 3] | seeds: [a] | 'seeds' must be of whole numbers, not \"a\"",
                "seeds: [1, 2, 3] | published: x | 'seeds' is missing",
                "metrics: [AP, AP50] | metrics: [AP, AP55] | no metric 'AP55', did you mean AP50?",
                "metrics: [AP, AP50] | metrics: [APs] | must be AP, AP50 or AP75, not APs",
                "reference: all | reference: alll | table 'methods' has no row 'alll', its reference, nor has another table: did you mean all?",
                "base: base.yaml | base: bass.yaml | there is no such file",
                "teacher: {recipe: base.yaml, seed: 4} | # none | 'teacher' is missing, and rows distil",
                "seed: 4} | sed: 4} | teacher: there is no key 'sed', did you mean seed?",
                "distillation.methods | distillation.method | methods.pkd: The recipe has no key distillation.method; the nearest one is distillation.methods",
                "[pkd] | [pkb] | methods.pkd: distillation.methods",
                "distil: false | distill: false | methods.plain: there is no key 'distill', did you mean distil?",
                "distil: false | distil: 2 | methods.plain: 'distil' must be true or false, not 2",
                "all: {published: 39.9} | all: {published: x} | methods.all: 'published' must be a number, not \"x\"",
                "all: {published: 39.9} | all: {set: {training.seed: 3}} | methods.all: training.seed is no setting here",
                "all: {published: 39.9} | all: {set: {data.trainSplit: val}} | data.trainSplit of methods.all is val, and that of the base recipe train",
                "distillation.icd.weight: 4 | distillation.icd.heads: x | weights.half: distillation.icd.heads",
                "pkd: {set: {distillation.methods: [pkd]}} | icd: {} | methods.all and methods.icd are the same run",
                "half: {set: {distillation.icd.weight: 4}} | reference: all | table 'weights' has no row",
                "pkd: {set: {distillation.methods: [pkd]}} | all: {} | is no study",
            })
    void mistakesAreToldWithTheirPlace(String right, String wrong, String message) {
        String text = TinyStudy.HEAD + TinyStudy.TABLES;
        assertThat(text).contains(right);
        assertThatThrownBy(() -> read(text.replace(right, wrong)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("study.yaml")
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aStudyThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> StudyReader.read(folder.resolve("none.yaml")))
                .hasMessageContaining("There is no study");
    }

    @Test
    void anEmptyTableIsNamed() {
        assertThatThrownBy(() -> read(TinyStudy.HEAD + "tables: {methods: {}}"))
                .hasMessageContaining("table 'methods' has no row");
        assertThatThrownBy(() -> read(TinyStudy.HEAD)).hasMessageContaining("'tables' is missing");
    }

    @Test
    void otherSchedulesAreTold() throws IOException {
        String text = TinyStudy.HEAD
                + TinyStudy.TABLES.replace("half: {set: {", "half: {set: {optimizer.clipNorm: 5, training.batch: 4, ");
        assertThat(ScheduleDifferences.of(read(text)))
                .isEqualTo(List.of(
                        "training.batch differs between rows: 4 in weights.half; 2 in all others",
                        "optimizer.clipNorm differs between rows: 5.0 in weights.half; 0.0 in all others"));
        assertThat(ScheduleDifferences.of(read(TinyStudy.HEAD + TinyStudy.TABLES)))
                .isEmpty();
    }
}
