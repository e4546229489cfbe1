package dev.retort.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeChange;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.settings.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RecipeChangeTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Every key of a RetinaNet's recipe with all methods; one that is added to the recipe is added here, too. */
    private static final Map<Effect, String> KEYS = Map.of(
            Effect.ARCHITECTURE,
            """
            model.kind model.depth model.width model.pyramidChannels model.headConvolutions model.norm
            model.strideIn1x1 model.freezeAt model.anchorSizes model.anchorRule model.boxes model.p6From model.reluBeforeP7
            model.headGroups optimizer.kind distillation.methods
            distillation.icd.heads distillation.icd.layers distillation.icd.hidden
            distillation.icd.projectPositions distillation.icd.positionsOnValues
            distillation.icd.scaleIndicator distillation.icd.region distillation.fbkd.levels
            distillation.fgd.levels distillation.mgd.levels""",
            Effect.MEANING,
            "data.shortEdges data.longEdge data.resize data.pixels data.keepEmpty",
            Effect.COURSE,
            """
            data.trainSplit data.testSplit data.broken data.flip data.jitter data.crop data.color data.mosaic
            optimizer.learningRate optimizer.momentum
            optimizer.weightDecay optimizer.schedule optimizer.steps optimizer.warmupIterations
            optimizer.warmupFactor optimizer.clipValue optimizer.clipNorm training.iterations training.epochs
            training.batch training.accumulate training.seed training.averageDecay training.fixedBackboneUntil
            training.fixedHeadUntil distillation.icd.weight
            distillation.icd.startIteration distillation.icd.negativesPerPositive distillation.icd.maxInstances
            distillation.icd.endIteration distillation.icd.levels distillation.icd.decoderPretraining
            distillation.icd.endOfJointTraining distillation.icd.form distillation.icd.norm
            distillation.icd.negatives distillation.icd.temperature distillation.icd.temperatureEnd
            distillation.icd.slotRule distillation.icd.uniformPrior distillation.icd.jitter
            distillation.icd.identificationWeight distillation.icd.localizationWeight
            distillation.icd.learningRate distillation.icd.weightDecay distillation.icd.clipNorm
            distillation.pkd.weight distillation.pkd.levels distillation.fbkd.feature
            distillation.fbkd.channel distillation.fbkd.spatial distillation.fbkd.relation
            distillation.fbkd.temperature distillation.fbkd.pool distillation.fgd.foreground
            distillation.fgd.background distillation.fgd.attention distillation.fgd.relation
            distillation.fgd.temperature distillation.fgd.boxes distillation.mgd.weight
            distillation.mgd.masked""",
            Effect.NONE,
            """
            model.weights model.scoreThreshold model.topCandidates model.nmsThreshold model.detectionsPerImage
            model.clipBeforeNms data.cacheMegabytes training.checkpointEvery training.logEvery training.recomputeBlocks
            training.evaluateEvery training.patience training.tensorboard training.mlflow distillation.inheritPyramid distillation.inheritHead""");

    private static Recipe recipe(String... settings) {
        return RecipeReader.parse("", "test", List.of(settings)).recipe();
    }

    /** The keys of a recipe, dotted. */
    private static void keys(String section, JsonNode node, List<String> into) {
        node.properties().forEach(property -> {
            String key = section.isEmpty() ? property.getKey() : section + "." + property.getKey();
            if (property.getValue().isObject()) {
                keys(key, property.getValue(), into);
            } else {
                into.add(key);
            }
        });
    }

    @Test
    void everyKeyHasItsEffect() {
        Map<String, Effect> expected = new TreeMap<>();
        KEYS.forEach((effect, keys) -> List.of(keys.split("\\s+")).forEach(key -> expected.put(key, effect)));
        Recipe recipe = recipe("distillation.methods=[fbkd, fgd, icd, mgd, pkd]");
        List<String> keys = new ArrayList<>();
        keys("", JSON.readTree(RecipeReader.writeJson(recipe)), keys);
        assertThat(new TreeSet<>(keys)).isEqualTo(expected.keySet());
        for (String key : keys) {
            ObjectNode before = (ObjectNode) JSON.readTree(RecipeReader.writeJson(recipe));
            int point = key.lastIndexOf('.');
            ((ObjectNode) before.at("/" + key.substring(0, point).replace('.', '/')))
                    .put(key.substring(point + 1), "another");
            assertThat(RecipeChange.between(before.toString(), recipe, true))
                    .as(key)
                    .singleElement()
                    .satisfies(change -> {
                        assertThat(change.key()).isEqualTo(key);
                        assertThat(change.before()).isEqualTo("another");
                        assertThat(change.effect()).isEqualTo(expected.get(key));
                    });
        }
    }

    @Test
    void changesAreToldAsARecipeHasThem() {
        String before = RecipeReader.writeJson(recipe());
        Recipe now = recipe("model.norm=frozen", "data.shortEdges=[320, 400]", "distillation.icd.weight=4");
        assertThat(RecipeChange.between(before, now, true))
                .extracting(RecipeChange::toString)
                .containsExactly(
                        "model.norm: batch in the checkpoint, frozen now",
                        "data.shortEdges: [] in the checkpoint, [320,400] now",
                        "distillation.icd.weight: 8.0 in the checkpoint, 4.0 now");
        assertThat(RecipeChange.between(before, now, false)).hasSize(2);
        assertThat(RecipeChange.between(before, recipe(), true)).isEmpty();
    }

    /** Older recipes have constants in capitals, and the decoder's keys in the section of distillation itself. */
    @Test
    void anOlderVersionsWordsAreUnderstood() {
        String before =
                """
                {"model": {"norm": "BATCH"}, "data": {"pixels": "MSRA"}, "optimizer": {"kind": "SGD"}, "training": {},
                "distillation": {"weight": 4, "hidden": 256, "auxiliaryWeight": 2, "inheritHead": true}}""";
        assertThat(RecipeChange.between(before, recipe(), true))
                .extracting(RecipeChange::toString)
                .containsExactly(
                        "data.pixels: msra in the checkpoint, torchvision now",
                        "distillation.icd.weight: 4 in the checkpoint, 8.0 now",
                        "distillation.icd.identificationWeight: 2 in the checkpoint, 1.0 now",
                        "distillation.icd.localizationWeight: 2 in the checkpoint, 1.0 now");
        assertThat(RecipeChange.between(before, recipe("distillation.methods=[pkd]"), true))
                .extracting(RecipeChange::toString)
                .contains("distillation.methods: [\"icd\"] in the checkpoint, [\"pkd\"] now");
    }

    @Test
    void keysThatAnOlderVersionDidNotHaveArePassedOver() {
        assertThat(RecipeChange.between("{\"model\": {\"depth\": 18}}", recipe(), true))
                .extracting(RecipeChange::key)
                .containsExactly("model.depth");
        assertThatThrownBy(() -> RecipeChange.between("[]", recipe(), true)).hasMessageContaining("[]");
    }
}
