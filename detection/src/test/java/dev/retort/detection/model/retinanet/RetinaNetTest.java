package dev.retort.detection.model.retinanet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.Parameter;
import dev.retort.detection.box.AnchorGenerator;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Norm;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A narrow RetinaNet: names, shapes and first values of its parameters, shapes of its output, and what it refuses. */
class RetinaNetTest {
    private static final ResNetOptions BACKBONE = new ResNetOptions(18, 4, false, Norm.FROZEN, 2);
    private static final int CHANNELS = 8;
    private static final int CLASSES = 3;
    private static final int ANCHORS = 2;

    private final Backend backend = Backends.create("reference");
    private final RetinaNet network = network(new RetinaNetOptions(BACKBONE, CHANNELS, 2, CLASSES, anchors(5)));

    @AfterEach
    void close() {
        network.close();
        backend.close();
    }

    private RetinaNet network(RetinaNetOptions options) {
        return new RetinaNet(BuildContext.root(backend, DType.F32, 7), options);
    }

    /** One size and two ratios a level. */
    private static AnchorGenerator anchors(int levels) {
        List<List<Double>> sizes =
                List.of(List.of(32.0), List.of(64.0), List.of(128.0), List.of(256.0), List.of(512.0));
        List<Integer> strides = List.of(8, 16, 32, 64, 128);
        return new AnchorGenerator(sizes.subList(0, levels), List.of(0.5, 1.0), strides.subList(0, levels), 0);
    }

    @Test
    void namesAreDetectron2s() {
        Map<String, Parameter> parameters = network.parameters();
        assertThat(parameters.keySet())
                .contains("backbone.bottom_up.stem.conv1.weight", "backbone.bottom_up.res5.1.conv2.weight")
                .contains("backbone.fpn_lateral3.weight", "backbone.fpn_output5.bias", "backbone.top_block.p7.bias");
        assertThat(parameters.keySet().stream().filter(name -> name.startsWith("head.")))
                .containsExactly(
                        "head.cls_subnet.0.weight",
                        "head.cls_subnet.0.bias",
                        "head.cls_subnet.2.weight",
                        "head.cls_subnet.2.bias",
                        "head.bbox_subnet.0.weight",
                        "head.bbox_subnet.0.bias",
                        "head.bbox_subnet.2.weight",
                        "head.bbox_subnet.2.bias",
                        "head.cls_score.weight",
                        "head.cls_score.bias",
                        "head.bbox_pred.weight",
                        "head.bbox_pred.bias");
        assertThat(parameters.get("head.cls_score.weight").data().shape())
                .isEqualTo(Shape.of(ANCHORS * CLASSES, 3, 3, CHANNELS));
        assertThat(parameters.get("head.bbox_pred.bias").data().shape()).isEqualTo(Shape.of(ANCHORS * 4));
    }

    @Test
    void frozenIsTheStemAndRes2() {
        assertThat(network.parameters().entrySet().stream()
                        .filter(entry -> !entry.getValue().isTrainable())
                        .map(Map.Entry::getKey))
                .isNotEmpty()
                .allMatch(name ->
                        name.startsWith("backbone.bottom_up.stem.") || name.startsWith("backbone.bottom_up.res2."));
    }

    @Test
    void everyAnchorStartsAtOnePercentForeground() {
        float[] bias = network.parameters().get("head.cls_score.bias").data().toFloats();
        for (float value : bias) {
            assertThat(1 / (1 + Math.exp(-value))).isCloseTo(0.01, within(1e-8));
        }
        assertThat(network.parameters().get("head.bbox_pred.bias").data().toFloats())
                .containsOnly(0);
    }

    @Test
    void everyLevelHasItsFeaturesLogitsDeltasAndAnchors() {
        int[][] maps = {{8, 12}, {4, 6}, {2, 3}, {1, 2}, {1, 1}};
        try (Scope scope = Scope.open()) {
            RetinaNetPredictions output = network.forward(backend.full(Shape.of(2, 64, 96, 3), DType.F32, 0.5));
            List<double[]> anchors = network.anchors(output.features());
            assertThat(output.features()).hasSize(RetinaNet.LEVELS);
            for (int level = 0; level < RetinaNet.LEVELS; level++) {
                int height = maps[level][0];
                int width = maps[level][1];
                int rows = height * width * ANCHORS;
                assertThat(output.features().get(level).shape()).isEqualTo(Shape.of(2, height, width, CHANNELS));
                assertThat(output.logits().get(level).shape()).isEqualTo(Shape.of(2, rows, CLASSES));
                assertThat(output.boxes(level).shape()).isEqualTo(Shape.of(2, rows, 4));
                assertThat(anchors.get(level)).hasSize(4 * rows);
            }
        }
    }

    @Test
    void featuresAreThoseOfTheWholeForwardPass() {
        try (Scope scope = Scope.open()) {
            Tensor images = backend.full(Shape.of(1, 32, 32, 3), DType.F32, 1);
            List<Tensor> alone = network.features(images);
            List<Tensor> whole = network.forward(images).features();
            for (int level = 0; level < RetinaNet.LEVELS; level++) {
                assertThat(alone.get(level).toFloats())
                        .containsExactly(whole.get(level).toFloats());
            }
        }
    }

    @Test
    void imagesThatDoNotFitThePyramidAreRefused() {
        try (Scope scope = Scope.open()) {
            assertThatThrownBy(() -> network.forward(backend.zeros(Shape.of(1, 64, 80, 3), DType.F32)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("multiple of 32");
            assertThatThrownBy(() -> network.forward(backend.zeros(Shape.of(1, 3, 64, 64), DType.F32)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("[N, H, W, 3]");
        }
    }

    @Test
    void optionsThatMakeNoNetworkAreRefused() {
        assertThatThrownBy(() -> new RetinaNetOptions(BACKBONE, CHANNELS, 2, 0, anchors(5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("classes");
        assertThatThrownBy(() -> new RetinaNetOptions(BACKBONE, 0, 2, CLASSES, anchors(5)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RetinaNetOptions(BACKBONE, CHANNELS, 2, CLASSES, anchors(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4");
    }
}
