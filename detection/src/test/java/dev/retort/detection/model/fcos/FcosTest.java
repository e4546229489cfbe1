package dev.retort.detection.model.fcos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.autograd.Tape;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.DetectionModels;
import dev.retort.detection.model.ModelSettings;
import dev.retort.detection.model.fcos.FcosSettings.BoxQuality;
import dev.retort.detection.model.fcos.FcosSettings.HeadNorm;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Norm;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A narrow FCOS: names and shapes, its state, its provider, and what it refuses. */
class FcosTest {
    private static final ResNetOptions BACKBONE = new ResNetOptions(18, 2, false, Norm.FROZEN, 0);
    private static final int CLASSES = 3;

    private final Backend backend = Backends.create("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private BuildContext context() {
        return BuildContext.root(backend, DType.F32, 7);
    }

    private static FcosSettings settings(FcosVariant variant, HeadNorm norm) {
        return new FcosSettings(
                variant, norm, BoxQuality.CENTERNESS, BoxOutput.DIRECT, 1.5, List.of(64.0, 128.0, 256.0, 512.0));
    }

    private Fcos network(FcosVariant variant, HeadNorm norm) {
        return new Fcos(context(), new FcosOptions(BACKBONE, 32, 2, CLASSES, settings(variant, norm)));
    }

    @Test
    void namesAreDetectron2sAndAdelaidets() {
        try (Fcos network = network(FcosVariant.ADELAIDET, HeadNorm.GROUP)) {
            assertThat(network.parameters().keySet())
                    .contains("backbone.bottom_up.res5.1.conv2.weight", "backbone.top_block.p6.weight");
            assertThat(network.parameters().keySet().stream().filter(name -> name.startsWith("head.")))
                    .containsExactly(
                            "head.cls_subnet.0.weight",
                            "head.cls_subnet.0.bias",
                            "head.cls_subnet.1.weight",
                            "head.cls_subnet.1.bias",
                            "head.cls_subnet.3.weight",
                            "head.cls_subnet.3.bias",
                            "head.cls_subnet.4.weight",
                            "head.cls_subnet.4.bias",
                            "head.bbox_subnet.0.weight",
                            "head.bbox_subnet.0.bias",
                            "head.bbox_subnet.1.weight",
                            "head.bbox_subnet.1.bias",
                            "head.bbox_subnet.3.weight",
                            "head.bbox_subnet.3.bias",
                            "head.bbox_subnet.4.weight",
                            "head.bbox_subnet.4.bias",
                            "head.cls_score.weight",
                            "head.cls_score.bias",
                            "head.bbox_pred.weight",
                            "head.bbox_pred.bias",
                            "head.ctrness.weight",
                            "head.ctrness.bias",
                            "head.scales.0.scale",
                            "head.scales.1.scale",
                            "head.scales.2.scale",
                            "head.scales.3.scale",
                            "head.scales.4.scale");
            // p6 is made of p5, 32 channels, not of res5.
            assertThat(network.state().get("backbone.top_block.p6.weight").shape())
                    .isEqualTo(Shape.of(32, 3, 3, 32));
            assertThat(network.state().get("head.cls_score.bias").toFloats())
                    .containsOnly((float) -Math.log(0.99 / 0.01));
        }
        try (Fcos network = network(FcosVariant.TORCHVISION, HeadNorm.NONE)) {
            assertThat(network.parameters().keySet())
                    .contains("head.cls_subnet.2.weight", "head.bbox_subnet.0.bias")
                    .noneMatch(name -> name.contains("scales") || name.contains("_subnet.1"));
        }
    }

    @Test
    void outputsFollowTheLevels() {
        try (Fcos network = network(FcosVariant.ADELAIDET, HeadNorm.GROUP);
                Scope scope = Scope.open()) {
            FcosPredictions predictions = network.forward(backend.full(Shape.of(2, 64, 96, 3), DType.F32, 0.5));
            int[] points = {96, 24, 6, 2, 1};
            assertThat(predictions.outputs()).hasSize(network.levels().size());
            for (int level = 0; level < points.length; level++) {
                FcosHead.Output output = predictions.outputs().get(level);
                assertThat(output.logits().shape()).isEqualTo(Shape.of(2, points[level], CLASSES));
                assertThat(output.boxes().shape()).isEqualTo(Shape.of(2, points[level], 4));
                assertThat(output.quality().shape()).isEqualTo(Shape.of(2, points[level], 1));
                assertThat(output.boxes().min().item()).isNotNegative();
            }
            assertThat(network.features(backend.full(Shape.of(2, 64, 96, 3), DType.F32, 0.5))
                            .get(3)
                            .toFloats())
                    .containsExactly(predictions.features().get(3).toFloats());
        }
    }

    @Test
    void factorsOfLevelsMultiplyDistancesAndLearn() {
        try (Fcos network = network(FcosVariant.ADELAIDET, HeadNorm.GROUP);
                Tape tape = Tape.on(backend)) {
            Tensor factor = network.state().get("head.scales.1.scale");
            Tensor map = backend.full(Shape.of(1, 2, 2, 32), DType.F32, 0.5);
            try (Tensor ones = backend.full(Shape.of(4), DType.F32, 1);
                    Tensor three = backend.full(Shape.of(1), DType.F32, 3)) {
                backend.assign(network.state().get("head.bbox_pred.bias"), ones);
                double before = network.head().forward(map, 1).boxes().sum().item();
                backend.assign(factor, three);
                assertThat(network.head().forward(map, 1).boxes().sum().item()).isCloseTo(3 * before, within(1e-4));
                assertThat(network.head().forward(map, 0).boxes().sum().item()).isCloseTo(before, within(1e-6));
            }
            tape.watch(network.trainableParameters());
            Tensor sum = network.head().forward(map, 1).boxes().sum();
            assertThat(tape.gradients(sum)
                            .of(network.parameters().get("head.scales.1.scale"))
                            .item())
                    .isNotZero();
        }
    }

    /** One point is foreground; detectron2's average moves from 300 by a tenth. */
    @Test
    void onlyTheMovingAverageIsState() {
        GroundTruth truth = new GroundTruth(0, 32, 32, new double[] {9, 9, 15, 15}, new int[] {1});
        try (Fcos network = network(FcosVariant.DETECTRON2, HeadNorm.NONE);
                Fcos other = network(FcosVariant.DETECTRON2, HeadNorm.NONE);
                Fcos plain = network(FcosVariant.ADELAIDET, HeadNorm.NONE);
                Scope scope = Scope.open()) {
            Tensor images = backend.full(Shape.of(1, 32, 32, 3), DType.F32, 0.5);
            Map<String, Tensor> losses = network.forward(images).losses(List.of(truth));
            assertThat(losses.keySet()).containsExactly("classification", "box", "quality");
            double average = 0.9 * 300 + 0.1;
            assertThat(network.trainingState()).containsEntry("loss_normalizer", Double.toString(average));
            other.restoreTrainingState(network.trainingState());
            assertThat(other.trainingState()).isEqualTo(network.trainingState());
            assertThatThrownBy(() -> other.restoreTrainingState(Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'loss_normalizer' is 'null'");
            double summed = losses.get("classification").item() * average;
            assertThat(plain.forward(images)
                            .losses(List.of(truth))
                            .get("classification")
                            .item())
                    .isCloseTo(summed, withinPercentage(1e-3));
            assertThat(plain.trainingState()).isEmpty();
            plain.restoreTrainingState(Map.of());
        }
    }

    @Test
    void theProviderMakesItByItsKind() {
        ModelSettings model = new ModelSettings(
                "fcos", ModelSettings.NO_WEIGHTS, 18, 2, 64, 1, ModelSettings.BackboneNorm.FROZEN, false, 0);
        assertThat(DetectionModels.of("fcos").defaults()).isEqualTo(FcosSettings.DEFAULTS);
        DetectionModels.OwnSettings own = new DetectionModels.OwnSettings() {
            @Override
            public <S extends Record> S of(Class<S> type) {
                return type.cast(FcosSettings.DEFAULTS);
            }
        };
        try (DetectionModel network = DetectionModels.create(context(), model, own, CLASSES)) {
            assertThat(network).isInstanceOf(Fcos.class);
            assertThat(network.levels()).containsExactly("p3", "p4", "p5", "p6", "p7");
            assertThat(network.sizeDivisor()).isEqualTo(32);
        }
        assertThatThrownBy(() -> DetectionModels.of("fcso"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("model.kind must be one of fcos, retinanet, not fcso");
    }

    @Test
    void settingsOutOfRangeAreRefusedByName() {
        assertThatThrownBy(() -> with(-1, 64.0, 128.0, 256.0, 512.0))
                .hasMessageStartingWith("model.centerSamplingRadius");
        assertThatThrownBy(() -> with(Double.NaN, 64.0, 128.0, 256.0, 512.0))
                .hasMessageStartingWith("model.centerSamplingRadius");
        assertThatThrownBy(() -> with(1.5, 64.0, 128.0, 256.0)).hasMessageStartingWith("model.sizeRanges must be 4");
        assertThatThrownBy(() -> with(1.5, 64.0, 64.0, 256.0, 512.0)).hasMessageStartingWith("model.sizeRanges");
        assertThatThrownBy(() -> with(1.5, 0.0, 64.0, 256.0, 512.0)).hasMessageStartingWith("model.sizeRanges");
        assertThatThrownBy(() -> with(1.5, 64.0, 128.0, 256.0, 1e9)).hasMessageStartingWith("model.sizeRanges");
        assertThatThrownBy(() -> new FcosSettings(
                        FcosVariant.TORCHVISION,
                        HeadNorm.GROUP,
                        BoxQuality.IOU,
                        BoxOutput.DIRECT,
                        1.5,
                        List.of(1.0, 2.0, 3.0, 4.0)))
                .hasMessage("model.boxQuality must be centerness where model.variant is torchvision, not iou");
        assertThatThrownBy(() -> new FcosOptions(BACKBONE, 48, 2, CLASSES, FcosSettings.DEFAULTS))
                .hasMessageStartingWith("model.pyramidChannels must be a multiple of 32")
                .hasMessageContaining("not 48; or set model.headNorm to none");
        assertThatThrownBy(() -> new FcosOptions(BACKBONE, 32, 2, 0, FcosSettings.DEFAULTS))
                .hasMessageContaining("classes");
    }

    private static FcosSettings with(double radius, Double... ranges) {
        return new FcosSettings(
                FcosVariant.ADELAIDET,
                HeadNorm.GROUP,
                BoxQuality.CENTERNESS,
                BoxOutput.DIRECT,
                radius,
                List.of(ranges));
    }
}
