package dev.retort.detection.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.retort.detection.TinyDetectors;
import dev.retort.detection.model.fcos.FcosSettings;
import dev.retort.detection.model.retinanet.RetinaNetSettings;
import dev.retort.detection.settings.Effect;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recipes where no module adds a section: kinds of detectors, other values, headers. */
class RecipeTest {
    private static Recipe parse(String yaml, String... settings) {
        return RecipeReader.parse(yaml, "test.yaml", List.of(settings)).recipe();
    }

    @Test
    void otherValuesLeaveTheRest() {
        Recipe recipe = TinyDetectors.recipe();
        Recipe other = recipe.with("training.batch=3", "model.anchorSizes=[8, 16, 32, 64, 128]", "training.batch=4");
        assertThat(other.training().batch()).isEqualTo(4);
        assertThat(other.own(RetinaNetSettings.class).anchorSizes()).containsExactly(8.0, 16.0, 32.0, 64.0, 128.0);
        assertThat(other.with("training.batch=2", "model.anchorSizes=[16, 32, 64, 128, 256]"))
                .isEqualTo(recipe);
        assertThat(recipe.with()).isEqualTo(recipe);
        assertThat(recipe).isEqualTo(TinyDetectors.recipe());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> recipe.with("training.batsh=3"))
                .withMessage("The recipe has no key training.batsh; the nearest one is training.batch (the setting"
                        + " training.batsh=3)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> recipe.with("model.width=0"))
                .withMessage("model.width must be from 1 to 1024, not 0 (the setting model.width=0)");
    }

    @Test
    void anotherKindHasItsOwnKeys() {
        Recipe fcos = parse("model: {kind: fcos, width: 32, sizeRanges: [16, 32, 64, 128]}");
        assertThat(fcos.own(FcosSettings.class).sizeRanges()).containsExactly(16.0, 32.0, 64.0, 128.0);
        assertThat(fcos.find(RetinaNetSettings.class)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fcos.own(RetinaNetSettings.class))
                .withMessage("This recipe has no RetinaNetSettings: it has [FcosSettings]");
        // The common keys stay; the former kind's own are gone, and the other's have their defaults.
        Recipe retinaNet = fcos.with("model.kind=retinanet");
        assertThat(retinaNet).isEqualTo(parse("model: {width: 32}"));
        assertThat(retinaNet.with("model.kind=fcos").own(FcosSettings.class))
                .isEqualTo(parse("model: {kind: fcos}").own(FcosSettings.class));
        assertThat(RecipeReader.parseJson(RecipeReader.writeJson(fcos), "a header"))
                .isEqualTo(fcos);
        assertThat(parse(RecipeReader.write(fcos))).isEqualTo(fcos);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model: {kind: yolo}|model.kind must be one of fcos, retinanet, not yolo",
                "model: {kind: [fcos]}|model.kind must be one of fcos, retinanet, not [\"fcos\"]",
                "model: {kind: ''}|model.kind has no value",
                "model: {kind: fcos, anchorSizes: [1, 2, 3, 4, 5]}|The recipe has no key model.anchorSizes",
                "model: {sizeRanges: [1, 2, 3, 4]}|The recipe has no key model.sizeRanges",
                "model: {kind: fcos, variant: paper}|model.variant must be adelaidet or detectron2 or torchvision",
                "distillation: {icd: {hidden: 8}}|The recipe has no key distillation"
            })
    void whatTheKindDoesNotHaveIsRefused(String yaml, String words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(yaml))
                .withMessageStartingWith(words)
                .withMessageEndingWith("(test.yaml, line 1)");
    }

    @Test
    void theLastKindGivenCounts() {
        assertThat(parse("model: {kind: fcos}", "model.kind=retinanet")).isEqualTo(Recipe.defaults());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("model: {anchorSizes: [1, 2, 3, 4, 5]}", "model.kind=fcos"))
                .withMessageStartingWith("The recipe has no key model.anchorSizes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "training.patience=2",
                "training.evaluateEvery=-1",
                "training.averageDecay=1",
                "training.averageDecay=-0.1"
            })
    void settingsOfEvaluationOutOfRangeAreRefused(String setting) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("", setting))
                .withMessageStartingWith("training.")
                .withMessageContaining(" must be ");
        assertThat(parse("", "training.evaluateEvery=1", "training.patience=2")
                        .training()
                        .patience())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data.jitter|[0.5]|empty, or two ascending factors from 0.01 to 10.0, not [0.5]",
                "data.jitter|[2, 0.1]|empty, or two ascending factors from 0.01 to 10.0, not [2.0, 0.1]",
                "data.jitter|[0, 1]|empty, or two ascending factors from 0.01 to 10.0, not [0.0, 1.0]",
                "data.jitter|[1, 11]|empty, or two ascending factors from 0.01 to 10.0, not [1.0, 11.0]",
                "data.crop|1.1|a probability from 0 to 1, not 1.1",
                "data.color|-0.5|a probability from 0 to 1, not -0.5",
                "data.mosaic|.nan|a probability from 0 to 1, not NaN"
            })
    void augmentationOutOfRangeIsRefused(String key, String value, String expected) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("", key + "=" + value))
                .withMessageStartingWith(key + " must be " + expected + " (the setting " + key);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("", "data.jitter=[1, 3]", "data.longEdge=6000"))
                .withMessageStartingWith("data.jitter must be so that its largest factor times data.longEdge, 6000, is"
                        + " at most 16384, not [1.0, 3.0]");
    }

    @Test
    void aHeadersSectionOfAModuleThatIsNotThereIsPassedOver() {
        String header = RecipeReader.writeJson(TinyDetectors.recipe());
        String more = header.replaceFirst("\\{", "{\"pruning\":{\"share\":0.5,\"icd\":{\"hidden\":8}},");
        assertThat(RecipeReader.parseJson(more, "a header")).isEqualTo(TinyDetectors.recipe());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecipeReader.parseJson(header.replace("\"flip\"", "\"flop\""), "a header"))
                .withMessage("The recipe has no key data.flop; the nearest one is data.flip (a header)");
    }

    /** {@code RecipeChangeTest} of module distill holds the effect of every key. */
    @Test
    void whatAChangeDoesIsKnownOfKeysOnly() {
        Recipe recipe = Recipe.defaults();
        assertThat(RecipeChange.effect("model.anchorSizes", recipe)).isEqualTo(Effect.ARCHITECTURE);
        assertThat(RecipeChange.effect("data.flip", recipe)).isEqualTo(Effect.COURSE);
        for (String key : List.of("model.color", "model.sizeRanges", "pruning.share", "flip", "")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RecipeChange.effect(key, recipe))
                    .withMessage("A recipe has no key " + key);
        }
    }
}
