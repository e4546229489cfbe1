package dev.retort.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.model.ModelSettings.BackboneNorm;
import dev.retort.detection.model.retinanet.RetinaNetSettings;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeException;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.distill.icd.IcdSettings;
import dev.retort.distill.pkd.PkdSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeReaderTest {
    private static Recipe parse(String yaml, String... settings) {
        return RecipeReader.parse(yaml, "test.yaml", List.of(settings)).recipe();
    }

    /** A key with its value as a file has it: a line for each part of the key. */
    private static String yaml(String key, String value) {
        StringBuilder yaml = new StringBuilder();
        String indent = "";
        for (String part : key.split("\\.")) {
            yaml.append(yaml.isEmpty() ? "" : ":\n").append(indent).append(part);
            indent += "  ";
        }
        return yaml.append(": ").append(value).append('\n').toString();
    }

    private static int lines(String key) {
        return key.split("\\.").length;
    }

    @Test
    void missingFieldsHaveTheirDefaults() {
        Recipe recipe = parse("training:\n  epochs: 3\n");
        assertThat(recipe.training())
                .isEqualTo(new Recipe.Training(0, 3, 2, 1, 1, 500, 20, false, 0, 0, 0, 0, 0, false, "none"));
        assertThat(recipe.model()).isEqualTo(Recipe.defaults().model());
        assertThat(parse("")).isEqualTo(Recipe.defaults());
        assertThat(parse("# nothing\n")).isEqualTo(Recipe.defaults());
    }

    @Test
    void everyKindOfValueIsRead() {
        Recipe recipe = parse(
                """
                model: {norm: Frozen, strideIn1x1: true, anchorSizes: [16, 32.5, 6e1, 100, 200]}
                data:
                  trainSplit: train2017
                  shortEdges:
                    - 640
                    - 672
                  pixels: MSRA
                optimizer:
                  rate: 2e-4
                  schedule: cosine
                training:
                  seed: 12345678901
                """);
        assertThat(recipe.model().norm()).isEqualTo(BackboneNorm.FROZEN);
        assertThat(recipe.model().strideIn1x1()).isTrue();
        assertThat(recipe.own(RetinaNetSettings.class).anchorSizes()).containsExactly(16.0, 32.5, 60.0, 100.0, 200.0);
        assertThat(recipe.data().trainSplit()).isEqualTo("train2017");
        assertThat(recipe.data().shortEdges()).containsExactly(640, 672);
        assertThat(recipe.data().pixels()).isEqualTo(Recipe.PixelScale.MSRA);
        assertThat(recipe.optimizer().learningRate()).isEqualTo(2e-4);
        assertThat(recipe.optimizer().schedule()).isEqualTo(Recipe.Schedule.COSINE);
        assertThat(recipe.training().seed()).isEqualTo(12345678901L);
    }

    @Test
    void settingsGoOverTheFileAndTheLastOneWins() {
        Recipe recipe = parse(
                "training:\n  epochs: 3\n  batch: 8\n",
                "training.epochs=4",
                "training.epochs=5",
                "data.shortEdges=[320, 352]",
                "model.norm=FROZEN",
                "optimizer.learningRate=1e-3");
        assertThat(recipe.training().epochs()).isEqualTo(5);
        assertThat(recipe.training().batch()).isEqualTo(8);
        assertThat(recipe.data().shortEdges()).containsExactly(320, 352);
        assertThat(recipe.model().norm()).isEqualTo(BackboneNorm.FROZEN);
        assertThat(recipe.optimizer().learningRate()).isEqualTo(1e-3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.epoch|training.epochs",
                "training.learningRate|optimizer.learningRate",
                "epochs|training.epochs",
                "trainig|training",
                "distillation.inherit_head|distillation.inheritHead",
                "distillation.clip-norm|distillation.icd.clipNorm",
                "distillation.icd.maxinstance|distillation.icd.maxInstances",
                "distillation.method|distillation.methods",
                "model.Depth|model.depth"
            })
    void anUnknownKeyNamesItselfItsPlaceAndTheNearestKnownOne(String key, String nearest) {
        String yaml = "# a comment\n" + yaml(key, "1");
        int line = 1 + lines(key);
        String message = "The recipe has no key " + key + "; the nearest one is " + nearest;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(yaml))
                .withMessage(message + " (test.yaml, line " + line + ")");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("", key + "=1"))
                .withMessage(message + " (the setting " + key + "=1)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "training.epochs|three|training.epochs must be a whole number of type int, not \"three\"",
                "training.epochs|3.5|training.epochs must be a whole number of type int, not 3.5",
                "training.epochs|[3]|training.epochs must be a whole number of type int, not [3]",
                "training.seed|12345678901234567890|training.seed must be a whole number of type long",
                "optimizer.learningRate|fast|optimizer.learningRate must be a number, not \"fast\"",
                "optimizer.learningRate|true|optimizer.learningRate must be a number, not true",
                "model.norm|group|model.norm must be batch or sync or frozen, not \"group\"",
                "data.keepEmpty|1|data.keepEmpty must be true or false, not 1",
                "data.keepEmpty|yes|data.keepEmpty must be true or false, not \"yes\"",
                "model.anchorSizes|32|model.anchorSizes must be a list, such as [1, 2], not 32",
                "data.shortEdges|[1, b]|data.shortEdges must be a list, each element a whole number",
                "distillation.icd.form|huber|distillation.icd.form must be mse or l1 or smoothl1 or rootl2, not \"huber\"",
                "distillation.icd.norm|ln|distillation.icd.norm must be both or teacher or none, not \"ln\"",
                "distillation.icd.slotRule|5|distillation.icd.slotRule must be relative or fixed, not 5",
                "training|3|training is a section with the keys iterations, epochs,",
                "training.epochs|~~|training.epochs has no value",
            })
    void aWrongTypeNamesKeyAndValue(String key, String value, String message) {
        String yaml = yaml(key, value);
        int line = lines(key);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(yaml))
                .withMessageStartingWith(message)
                .withMessageEndingWith(" (test.yaml, line " + line + ")");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("", key + "=" + value))
                .withMessageStartingWith(message)
                .withMessageEndingWith(" (the setting " + key + "=" + value + ")");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model.depth|19",
                "model.width|0",
                "model.headConvolutions|-1",
                "model.freezeAt|6",
                "model.anchorSizes|[32, 64]",
                "model.anchorSizes|[32, 64, 128, 256, 0]",
                "data.flip|1.5",
                "data.shortEdges|[0]",
                "data.longEdge|0",
                "optimizer.learningRate|-1",
                "optimizer.learningRate|.inf",
                "optimizer.momentum|1",
                "optimizer.steps|[0.9, 0.5]",
                "optimizer.steps|[60000]",
                "optimizer.warmupFactor|0",
                "training.epochs|0",
                "training.batch|0",
                "training.logEvery|0",
                "distillation.methods|[]",
                "distillation.methods|[icd, icd]",
                "distillation.methods|[icd, magic]",
                "distillation.icd.hidden|250",
                "distillation.icd.temperature|0",
                "distillation.icd.temperature|.nan",
                "distillation.icd.temperatureEnd|-1",
                "distillation.icd.endIteration|1000",
                "distillation.icd.levels|[p3, p3]",
                "distillation.icd.decoderPretraining|-1",
                "distillation.icd.endOfJointTraining|-1",
                "training.fixedBackboneUntil|-1",
                "training.fixedHeadUntil|-1",
                "distillation.icd.negativesPerPositive|2e6",
                "distillation.icd.maxInstances|0",
                "distillation.icd.jitter|-0.1",
                "distillation.icd.identificationWeight|.inf",
                "distillation.icd.localizationWeight|-1"
            })
    void aValueOutOfRangeIsRefusedByName(String key, String value) {
        String yaml = yaml(key, value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(yaml))
                .withMessageStartingWith(key + " must be ")
                .withMessageContaining(", not ")
                .withMessageEndingWith(" (test.yaml, line " + lines(key) + ")");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "distillation.icd.identificationWeight=0 distillation.icd.localizationWeight=0"
                        + " distillation.icd.decoderPretraining=5|distillation.icd.decoderPretraining must be 0 where"
                        + " nothing trains a decoder",
                "distillation.icd.region=boxes distillation.icd.decoderPretraining=5|distillation.icd.decoderPretraining"
                        + " must be 0 where nothing trains a decoder",
                "distillation.icd.decoderPretraining=5 distillation.icd.endOfJointTraining=4"
                        + "|distillation.icd.endOfJointTraining must be 0 for never, or at least decoderPretraining (5), not 4",
                "distillation.icd.decoderPretraining=2000 distillation.icd.endIteration=1500|distillation.icd.endIteration"
                        + " must be 0 for never, or more than startIteration and decoderPretraining (2000), not 1500",
                "distillation.icd.region=all distillation.icd.positionsOnValues=true"
                        + "|distillation.icd.positionsOnValues must be false where distillation.icd.region is not conditional"
            })
    void settingsOfIcdThatDoNotGoTogetherAreRefused(String settings, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("", settings.split(" ")))
                .withMessageStartingWith(message);
    }

    @Test
    void zeroEpochsAreRightIfIterationsAreGiven() {
        assertThat(parse("training: {epochs: 0, iterations: 10}").training().iterations())
                .isEqualTo(10);
    }

    @Test
    void textThatIsNoRecipeIsRefusedWithItsLine() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("model:\n  depth: 18\n bad"))
                .withMessageStartingWith("The recipe is not valid YAML: ")
                .withMessageEndingWith("(test.yaml, line 3)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("training: {epochs: 1}\ntraining: {epochs: 2}\n"))
                .withMessageContaining("Duplicate")
                .withMessageContaining("line 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("- 3"))
                .withMessageContaining("sections model, data");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("", "training.epochs"))
                .withMessageContaining("key=value")
                .withMessageContaining("'training.epochs'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data: {shortEdges: [null]}|data.shortEdges has an element without a value",
                "data:/  shortEdges:/    - 320/    -|data.shortEdges has an element without a value",
                "model:/  anchorSizes:/  - 16/  -/  - 64|model.anchorSizes has an element without a value",
                "model: {anchorSizes: ['', 32, 64, 128, 256]}|model.anchorSizes has an element without a value",
                "model: {anchorSizes: [\"\\0\", 32, 64, 128, 256]}|model.anchorSizes has an element without a value",
                "model: {anchorSizes: ''}|model.anchorSizes has no value",
                "model: {norm: ''}|model.norm has no value",
                "data: {pixels: ' '}|data.pixels has no value",
                "model: {anchorSizes: [16, 32, .inf, 128, 256]}|model.anchorSizes must be 5 positive sizes",
                "model: {width: 2147483647}|model.width must be from 1 to 1024, not 2147483647",
                "model: {headConvolutions: 2147483647}|model.headConvolutions must be from 0 to 100",
                "model: {pyramidChannels: 20000}|model.pyramidChannels must be from 1 to 16384",
                "data: {longEdge: 1000000000}|data.longEdge must be from 1 to 16384",
                "data: {shortEdges: [1000000000]}|data.shortEdges must be lengths from 1 to 16384",
                "distillation: {icd: {layers: 2147483647}}|distillation.icd.layers must be from 0 to 100",
                "distillation: {layers: 2147483647}|distillation.icd.layers must be from 0 to 100",
                "distillation: {icd: 3}|distillation.icd is a section with the keys weight",
                "distillation: {layers: 1, icd: 3}|distillation.icd is a section with keys and values, not 3",
                "distillation: 3|distillation is a section with the keys methods",
                "distillation: {layers: }|distillation.icd.layers has no value",
                "training: {iterations: 99999999999999999999}|training.iterations must be a whole number",
                "optimizer: {rate: 1e999}|optimizer.learningRate must be 0 or more, not Infinity",
                "model: &a [*a]|model is a section",
                "model: {}/---/b: 2|goes on behind its end"
            })
    void whatCannotBeIsRefusedByName(String yaml, String words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(yaml.replace('/', '\n')))
                .withMessageContaining(words)
                .withMessageContaining("(test.yaml");
    }

    @Test
    void depthAndLengthAreLimited(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("hostile.yaml");
        for (String yaml : List.of(
                "model: " + "[".repeat(20_000),
                "{a: ".repeat(20_000) + "1" + "}".repeat(20_000),
                "- ".repeat(20_000),
                "a".repeat(20_000) + ": 1",
                "model: " + "a".repeat(20_000),
                "# " + "a".repeat(200_000))) {
            Files.writeString(file, yaml);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RecipeReader.read(file, List.of()))
                    .withMessageContaining(file.toString())
                    .satisfies(e -> assertThat(e.getMessage())
                            .hasSizeLessThan(800)
                            .doesNotContain("StreamReadConstraints", "Exception"));
        }
    }

    @Test
    void anotherEncodingIsNamedWithFileAndLine(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("latin.yaml");
        Files.write(file, "training:\n  epochs: 1 # f\u00fcr\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> RecipeReader.read(file, List.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessage("Cannot read the recipe " + file + ", line 2: the byte 0xfc is not UTF-8. Save the file in"
                        + " UTF-8; it may be in Latin-1 (ISO 8859-1) or Windows-1252");
        Files.writeString(file, "\ufefftraining:\n  epochs: 7\n");
        assertThat(RecipeReader.read(file, List.of()).recipe().training().epochs())
                .isEqualTo(7);
    }

    @Test
    void numbersInListsMayBeWrittenWithoutAPoint() {
        assertThat(parse("optimizer: {steps: [5e-1, 75e-2]}").optimizer().steps())
                .containsExactly(0.5, 0.75);
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) {
        Path file = folder.resolve("none.yaml");
        assertThatThrownBy(() -> RecipeReader.read(file, List.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessage("Cannot read the recipe " + file + ": there is no such file");
    }

    @Test
    void aWrittenRecipeHasAllFieldsAndReadsBackTheSame() {
        Recipe recipe = parse(
                "model: {norm: frozen}\ndata: {shortEdges: [640]}\noptimizer: {rate: 1e-5}\n",
                "training.seed=9007199254740993");
        String written = RecipeReader.write(recipe);
        assertThat(parse(written)).isEqualTo(recipe);
        assertThat(written.lines().filter(line -> line.matches(" +\\w+:.*"))).hasSize(20 + 14 + 10 + 15 + 3 + 1 + 28);
    }

    private static final String OLD =
            """
            distillation:
              hidden: 128
              inheritHead: false
              rate: 5e-4
            """;

    @Test
    void olderRecipesNamesOfKeysAreReadAndTold() {
        RecipeReader.Read read = RecipeReader.parse(OLD, "test.yaml", List.of("distillation.weight=4"));
        IcdSettings icd = read.recipe().own(IcdSettings.class);
        assertThat(icd)
                .isEqualTo(parse("", "distillation.icd.hidden=128", "distillation.icd.learningRate=5e-4")
                        .with("distillation.icd.weight=4")
                        .own(IcdSettings.class));
        assertThat(read.recipe().own(DistillationSettings.class))
                .isEqualTo(new DistillationSettings(List.of("icd"), true, false));
        assertThat(read.notices())
                .containsExactly(
                        "distillation.hidden is the old name of distillation.icd.hidden (test.yaml, line 2)",
                        "distillation.rate is the old name of distillation.icd.learningRate (test.yaml, line 4)",
                        "distillation.weight is the old name of distillation.icd.weight (the setting"
                                + " distillation.weight=4)");
        // What it is written as has new names only.
        String written = RecipeReader.write(read.recipe());
        RecipeReader.Read again = RecipeReader.parse(written, "test.yaml", List.of());
        assertThat(again.recipe()).isEqualTo(read.recipe());
        assertThat(again.notices()).isEmpty();
    }

    /** One weight was for both auxiliary losses, in the section of distillation itself or in the method's. */
    @ParameterizedTest
    @ValueSource(strings = {"distillation.auxiliaryWeight", "distillation.icd.auxiliaryWeight"})
    void theOldWeightOfTheAuxiliaryLossesIsForBoth(String old) {
        RecipeReader.Read read = RecipeReader.parse(yaml(old, "0.5"), "test.yaml", List.of());
        assertThat(read.recipe())
                .isEqualTo(parse(
                        "", "distillation.icd.identificationWeight=0.5", "distillation.icd.localizationWeight=0.5"));
        assertThat(read.notices())
                .containsExactly(old + " is the old name of distillation.icd.identificationWeight and"
                        + " distillation.icd.localizationWeight (test.yaml, line " + lines(old) + ")");
        IcdSettings one =
                parse(yaml(old, "0.5"), "distillation.icd.localizationWeight=0").own(IcdSettings.class);
        assertThat(one.identificationWeight()).isEqualTo(0.5);
        assertThat(one.localizationWeight()).isZero();
        String both = "distillation: {auxiliaryWeight: 1, icd: {localizationWeight: 1}}";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(both))
                .withMessage("distillation.auxiliaryWeight is the old name of distillation.icd.localizationWeight, and"
                        + " both are given: leave the old one out (test.yaml, line 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("", old + "=-1"))
                .withMessage("distillation.icd.identificationWeight must be 0 or more, not -1.0 (the setting " + old
                        + "=-1)");
        String header = header(",\"distillation\":{\"auxiliaryWeight\":0.5}");
        assertThat(RecipeReader.parseJson(header, "a header")).isEqualTo(read.recipe());
    }

    @Test
    void anOldAndANewNameTogetherAreRefusedInOneFileAndTheSettingWinsOverIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("distillation: {weight: 4,\n icd: {weight: 5}}"))
                .withMessage(
                        "distillation.weight is the old name of distillation.icd.weight, and both are given: leave the"
                                + " old one out (test.yaml, line 1)");
        assertThat(parse("distillation: {icd: {weight: 5}}", "distillation.weight=6")
                        .own(IcdSettings.class)
                        .weight())
                .isEqualTo(6);
        assertThat(parse("distillation: {weight: 5}", "distillation.icd.weight=6")
                        .own(IcdSettings.class)
                        .weight())
                .isEqualTo(6);
    }

    @Test
    void aSectionOfAMethodThatIsNotChosenIsNotReadAndToldUnlessItsFileChooses() {
        List<String> chosen = List.of("distillation.methods=[pkd]");
        RecipeReader.Read read = RecipeReader.parse("distillation:\n  icd: {hidden: 8}\n", "test.yaml", chosen);
        assertThat(read.notices())
                .singleElement()
                .asString()
                .startsWith("distillation.icd is not read, as distillation.methods is [\"pkd\"] (test.yaml");
        String choosing = "distillation:\n  methods: [icd]\n  icd: {hidden: 8}\n  fgd: {relation: 0}\n";
        assertThat(RecipeReader.parse(choosing, "test.yaml", chosen).notices()).isEmpty();
        assertThat(RecipeReader.parse(choosing, "test.yaml", List.of("distillation.mgd.weight=1"))
                        .notices())
                .singleElement()
                .asString()
                .startsWith("distillation.mgd is not read");
        assertThat(read.recipe().find(IcdSettings.class)).isEmpty();
        assertThat(read.recipe().own(PkdSettings.class).weight()).isEqualTo(10);
        Recipe both = read.recipe().with("distillation.methods=[icd, pkd]", "distillation.pkd.levels=[p4]");
        assertThat(both.own(IcdSettings.class)).isEqualTo(Recipe.defaults().own(IcdSettings.class));
        assertThat(both.own(PkdSettings.class).levels()).containsExactly("p4");
        assertThat(RecipeReader.parseJson(RecipeReader.writeJson(both), "a header"))
                .isEqualTo(both);
    }

    private static String header(String distillation) {
        return "{\"model\":{},\"data\":{},\"optimizer\":{},\"training\":{}" + distillation + "}";
    }

    @Test
    void aHeaderMayLackTheSectionAndHaveOldNames() {
        assertThat(RecipeReader.parseJson(header(""), "a header")).isEqualTo(Recipe.defaults());
        assertThat(RecipeReader.parseJson(header(",\"distillation\":{\"weight\":3,\"inheritHead\":false}"), "a header"))
                .isEqualTo(parse("", "distillation.icd.weight=3", "distillation.inheritHead=false"));
    }

    /** Somebody's own method was on the class path where the model was distilled; who uses the model needs it not. */
    @Test
    void aHeadersMethodThatIsNotThereIsPassedOver() {
        String foreign =
                ",\"distillation\":{\"methods\":[\"magic\",\"pkd\"],\"magic\":{\"wand\":1},\"pkd\":{\"weight\":3}}";
        assertThat(RecipeReader.parseJson(header(foreign), "a header"))
                .isEqualTo(parse("", "distillation.methods=[pkd]", "distillation.pkd.weight=3"));
        assertThat(RecipeReader.parseJson(header(",\"distillation\":{\"methods\":[\"magic\"]}"), "a header"))
                .isEqualTo(Recipe.defaults());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecipeReader.parseJson(header(",\"distillation\":{\"methods\":[3]}"), "a header"))
                .withMessageStartingWith("distillation.methods must be ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("distillation: {magic: {wand: 1}}"))
                .withMessageStartingWith("The recipe has no key distillation.magic");
    }
}
