package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every key of {@code distillation.icd} reaches the part that it is for. */
class IcdSettingsTest {
    private static IcdSettings read(String... settings) {
        String[] keys = Stream.of(settings)
                .map(setting -> "distillation.icd." + setting)
                .toArray(String[]::new);
        return Recipe.defaults().with(keys).own(IcdSettings.class);
    }

    private static Arguments key(String setting, Function<IcdConfig, Object> place, Object expected) {
        return Arguments.of(setting, place, expected);
    }

    static Stream<Arguments> keys() {
        return Stream.of(
                key("weight=3", c -> c.distillation().weight(), 3.0),
                key("startIteration=7", c -> c.distillation().startIteration(), 7),
                key("form=l1", c -> c.distillation().form(), LossForm.L1),
                key("form=smoothL1", c -> c.distillation().form(), LossForm.SMOOTH_L1),
                key("form=rootL2", c -> c.distillation().form(), LossForm.ROOT_L2),
                key("norm=teacher", c -> c.distillation().norm(), DistillationNorm.TEACHER),
                key("norm=none", c -> c.distillation().norm(), DistillationNorm.NONE),
                key("negatives=true", c -> c.distillation().negatives(), true),
                key("temperature=2", c -> c.distillation().temperature(), Temperature.fixed(2)),
                key("temperatureEnd=3", c -> c.distillation().temperature(), Temperature.linear(1, 3)),
                key("heads=4", c -> c.decoder().heads(), 4),
                key("layers=0", c -> c.decoder().layers(), 0),
                key("hidden=64", c -> c.decoder().channels(), 64),
                key("projectPositions=false", c -> c.decoder().projectPositions(), false),
                key("positionsOnValues=true", c -> c.decoder().positionsOnValues(), true),
                key("slotRule=fixed", c -> c.descriptors().slots().slots(2), 300),
                key("negativesPerPositive=9", c -> c.descriptors().slots(), SlotRule.relative(9, 300)),
                key("maxInstances=100", c -> c.descriptors().slots(), SlotRule.relative(5, 100)),
                key("jitter=0.1", c -> c.descriptors().jitter(), 0.1),
                key("scaleIndicator=false", c -> c.descriptors().scaleIndicator(), false),
                key("identificationWeight=0", c -> c.auxiliary(), new IcdConfig.Auxiliary(0, 1)),
                key("decoderPretraining=5", c -> c.phases(), new IcdConfig.Phases(5, 0, 0)),
                key("endOfJointTraining=5", c -> c.phases(), new IcdConfig.Phases(0, 5, 0)),
                key("endIteration=2000", c -> c.phases(), new IcdConfig.Phases(0, 0, 2000)),
                key("localizationWeight=0", c -> c.auxiliary(), new IcdConfig.Auxiliary(1, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void aKeyReachesItsPart(String setting, Function<IcdConfig, Object> place, Object expected) {
        assertThat(place.apply(read().config(3))).isNotEqualTo(expected);
        assertThat(place.apply(read(setting).config(3))).isEqualTo(expected);
    }

    @Test
    void theDefaultsAreThoseOfTheMethod() {
        assertThat(read().config(80)).isEqualTo(IcdConfig.defaults(80));
    }

    /** Names are written as they are read. */
    @Test
    void aFormIsWrittenAndReadAgain() {
        Recipe recipe = Recipe.defaults().with("distillation.icd.form=smoothL1", "distillation.icd.norm=teacher");
        assertThat(RecipeReader.parseJson(RecipeReader.writeJson(recipe), "a header"))
                .isEqualTo(recipe);
    }
}
