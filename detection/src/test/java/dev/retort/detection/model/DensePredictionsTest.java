package dev.retort.detection.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.box.AnchorGenerator;
import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.fcos.Fcos;
import dev.retort.detection.model.fcos.FcosOptions;
import dev.retort.detection.model.fcos.FcosSettings;
import dev.retort.detection.model.fcos.FcosVariant;
import dev.retort.detection.model.retinanet.RetinaNet;
import dev.retort.detection.model.retinanet.RetinaNetOptions;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Norm;
import dev.retort.nn.backbone.PyramidOptions;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What distillation sees of a dense detector: maps inside its towers and the rest of them, labels, places, boxes. */
class DensePredictionsTest {
    private static final ResNetOptions BACKBONE = new ResNetOptions(18, 2, false, Norm.FROZEN, 0);
    private static final int CONVOLUTIONS = 2;
    private static final GroundTruth NOTHING = new GroundTruth(1, 64, 64, new double[0], new int[0]);

    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private enum Kind {
        RETINANET,
        RETINANET_WITH_NORMS,
        RETINANET_DISTRIBUTION,
        FCOS,
        FCOS_DISTRIBUTION
    }

    /** In float64, in which the small first weights of a head show. */
    private DetectionModel network(Kind kind) {
        BuildContext context = BuildContext.root(backend, DType.F64, 7);
        return switch (kind) {
            case RETINANET -> new RetinaNet(context, retinaNet(0, BoxOutput.DIRECT));
            case RETINANET_WITH_NORMS -> new RetinaNet(context, retinaNet(4, BoxOutput.DIRECT));
            case RETINANET_DISTRIBUTION -> new RetinaNet(context, retinaNet(0, BoxOutput.DISTRIBUTION));
            case FCOS -> new Fcos(context, fcos(BoxOutput.DIRECT));
            case FCOS_DISTRIBUTION -> new Fcos(context, fcos(BoxOutput.DISTRIBUTION));
        };
    }

    private static FcosOptions fcos(BoxOutput boxes) {
        return new FcosOptions(
                BACKBONE,
                32,
                CONVOLUTIONS,
                3,
                new FcosSettings(
                        FcosVariant.ADELAIDET,
                        FcosSettings.HeadNorm.GROUP,
                        FcosSettings.BoxQuality.CENTERNESS,
                        boxes,
                        1.5,
                        List.of(64.0, 128.0, 256.0, 512.0)));
    }

    /** One size and two ratios a level. */
    private static RetinaNetOptions retinaNet(int groups, BoxOutput boxes) {
        List<List<Double>> sizes =
                List.of(List.of(32.0), List.of(64.0), List.of(128.0), List.of(256.0), List.of(512.0));
        AnchorGenerator anchors = new AnchorGenerator(sizes, List.of(0.5, 1.0), List.of(8, 16, 32, 64, 128), 0);
        return new RetinaNetOptions(
                BACKBONE,
                PyramidOptions.retinaNet(8),
                CONVOLUTIONS,
                groups,
                boxes,
                3,
                anchors,
                DetectionPostprocessor.retinaNet(3));
    }

    private Tensor images() {
        double[] values = new double[64 * 64 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(0.37 * i) + Math.cos(1e-3 * i * i);
        }
        return backend.tensor(values, Shape.of(1, 64, 64, 3), DType.F64);
    }

    private DensePredictions predictions(DetectionModel network) {
        return (DensePredictions) network.forward(images());
    }

    @ParameterizedTest
    @EnumSource
    void theRestOfTheTowersFromAnyPositionGivesTheSameBits(Kind kind) {
        try (DetectionModel network = network(kind)) {
            DensePredictions plain = predictions(network);
            Taps taps = new Taps(new TreeSet<>(List.of(0, 1, CONVOLUTIONS)));
            DensePredictions tapped = (DensePredictions) network.forward(images(), taps);
            TowerHead head = tapped.towers();
            assertThat(head.convolutions()).isEqualTo(CONVOLUTIONS);
            assertThat(head.channels()).isEqualTo(tapped.features().get(0).dim(3));
            for (int level = 0; level < tapped.features().size(); level++) {
                double[] logits = plain.logits().get(level).toDoubles();
                double[] boxes = plain.boxes(level).toDoubles();
                assertThat(tapped.logits().get(level).toDoubles()).isEqualTo(logits);
                assertThat(tapped.boxes(level).toDoubles()).isEqualTo(boxes);
                for (int position : taps.positions()) {
                    TowerMaps maps = tapped.maps(position);
                    assertThat(head.logits(maps.classes().get(level), position).toDoubles())
                            .as("logits from %s of level %s", position, level)
                            .isEqualTo(logits);
                    assertThat(head.boxes(maps.boxes().get(level), position, level)
                                    .toDoubles())
                            .as("boxes from %s of level %s", position, level)
                            .isEqualTo(boxes);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void mapsAreThoseBeforeTheReluAndAtZeroThePyramid(Kind kind) {
        try (DetectionModel network = network(kind)) {
            DensePredictions tapped =
                    (DensePredictions) network.forward(images(), Taps.at(0).or(Taps.at(1)));
            assertThat(tapped.maps(0).classes()).isEqualTo(tapped.features());
            assertThat(tapped.maps(0).boxes()).isEqualTo(tapped.features());
            assertThat(tapped.maps(1).classes().get(0).min().item()).isNegative();
            assertThat(tapped.maps(1).boxes().get(0).toDoubles())
                    .isNotEqualTo(tapped.maps(1).classes().get(0).toDoubles());
        }
    }

    @Test
    void positionsThatAreNotThereAreRefused() {
        try (DetectionModel network = network(Kind.RETINANET)) {
            assertThatThrownBy(() -> network.forward(images(), Taps.at(3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("A tower of 2 convolutions has no position 3");
            DensePredictions plain = predictions(network);
            Tensor level = plain.features().get(0);
            assertThatThrownBy(() -> plain.towers().logits(level, 3)).hasMessageContaining("no position 3");
            assertThatThrownBy(() -> plain.maps(1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Nothing was kept at position 1 of the head's towers: ask for it by Taps.at(1)");
        }
        assertThatThrownBy(() -> Taps.at(-1)).hasMessageContaining("count from 0");
    }

    /** A box on an anchor of p3 of 32x32 at cell (4, 4); see the overlaps. */
    @Test
    void labelsOfAnchorsAreClassesBackgroundAndIgnored() {
        GroundTruth one = new GroundTruth(0, 64, 64, new double[] {16, 16, 48, 48}, new int[] {2});
        try (DetectionModel network = network(Kind.RETINANET)) {
            PlaceLabels labels = predictions(network).labels(List.of(one, NOTHING));
            int[] classes = labels.classes().get(0);
            assertThat(classes).hasSize(2 * (64 + 16 + 4 + 1 + 1));
            assertThat(classes[2 * (8 * 4 + 4) + 1]).as("IoU 1").isEqualTo(2);
            assertThat(classes[2 * (8 * 4 + 5) + 1]).as("IoU 0.6").isEqualTo(2);
            assertThat(classes[2 * (8 * 5 + 4)]).as("IoU 0.43").isEqualTo(PlaceLabels.IGNORED);
            assertThat(classes[2 * (8 * 5 + 5) + 1]).as("IoU 0.39").isEqualTo(PlaceLabels.BACKGROUND);
            assertThat(labels.classes().get(1)).containsOnly(PlaceLabels.BACKGROUND);
            assertThat(labels.positives(1)).isZero();
            assertThat(labels.positives(0)).isGreaterThan(4);
            assertThat(labels.divisor()).isEqualTo(labels.positives(0) + 1.0);
        }
    }

    /** Around the box's center (24, 24): points 20 and 28, and 12 and 36 at 12 pixels, which is not within 1.5 strides. */
    @Test
    void labelsOfPointsAreClassesAndBackground() {
        GroundTruth one = new GroundTruth(0, 64, 64, new double[] {8, 8, 40, 40}, new int[] {2});
        try (DetectionModel network = network(Kind.FCOS)) {
            int[] classes =
                    predictions(network).labels(List.of(NOTHING, one)).classes().get(1);
            assertThat(classes).hasSize(64 + 16 + 4 + 1 + 1);
            for (int cell = 0; cell < 64; cell++) {
                boolean near = List.of(2, 3).contains(cell / 8) && List.of(2, 3).contains(cell % 8);
                assertThat(classes[cell]).as("cell %s", cell).isEqualTo(near ? 2 : PlaceLabels.BACKGROUND);
            }
            assertThat(Arrays.copyOfRange(classes, 64, classes.length)).containsOnly(PlaceLabels.BACKGROUND);
        }
    }

    @Test
    void placesOfRetinaNetAreItsAnchors() {
        try (DetectionModel network = network(Kind.RETINANET)) {
            DensePredictions predictions = predictions(network);
            List<double[]> anchors = ((RetinaNet) network).anchors(predictions.features());
            List<Places> places = predictions.places();
            assertThat(places).hasSize(5);
            for (int level = 0; level < 5; level++) {
                assertThat(places.get(level).perCell()).isEqualTo(2);
                assertThat(places.get(level).boxes()).containsExactly(anchors.get(level));
                assertThat(places.get(level).count())
                        .isEqualTo(predictions.logits().get(level).dim(1));
            }
        }
        assertThatThrownBy(() -> new Places(2, 2, 1, new double[12]))
                .hasMessage("12 coordinates do not make 1 boxes for each of 2x2 cells");
    }

    /** The second point of p3 is (12, 4); distances count strides of 8. */
    @Test
    void placesOfFcosAreSquaresAroundItsPoints() {
        try (DetectionModel network = network(Kind.FCOS)) {
            DensePredictions predictions = predictions(network);
            Places finest = predictions.places().get(0);
            assertThat(finest.perCell()).isEqualTo(1);
            assertThat(Arrays.copyOfRange(finest.boxes(), 4, 8)).containsExactly(8, 0, 16, 8);
            Tensor ones = backend.full(Shape.of(2, 64, 4), DType.F64, 1);
            double[] boxes = predictions.decode(0, ones).narrow(1, 1).toDoubles();
            assertThat(Arrays.copyOfRange(boxes, 4, 8)).containsExactly(4, -4, 20, 12);
        }
    }

    /** Untrained logits are alike: all distances are expected in the middle of the bins, 8 strides, but for small first weights. */
    @ParameterizedTest
    @EnumSource(names = {"RETINANET_DISTRIBUTION", "FCOS_DISTRIBUTION"})
    void distributionsGiveTheBoxesThatAreExpectedAroundTheMiddleOfPlaces(Kind kind) {
        try (DetectionModel network = network(kind)) {
            DensePredictions predictions = predictions(network);
            assertThat(predictions.towers().boxOutput()).isEqualTo(BoxOutput.DISTRIBUTION);
            Tensor finest = predictions.distributions().get(0);
            int count = predictions.places().get(0).count();
            assertThat(finest.shape()).isEqualTo(Shape.of(1, count, 4 * 17));
            assertThat(predictions.boxes(0).toDoubles())
                    .isEqualTo(BoxDistribution.distances(finest).toDoubles())
                    .hasSize(4 * count)
                    .doesNotContain(8);
            assertThat(predictions.boxes(0).sub(8).abs().max().item()).isLessThan(1);
            double[] place = predictions.places().get(0).boxes();
            double x = (place[0] + place[2]) / 2;
            double y = (place[1] + place[3]) / 2;
            Tensor sides = backend.tensor(new double[] {1, 2, 0, 0.5}, Shape.of(1, 1, 4), DType.F64);
            Tensor all = backend.concat(1, Collections.nCopies(count, sides).toArray(Tensor[]::new));
            assertThat(Arrays.copyOf(predictions.decode(0, all).toDoubles(), 4))
                    .containsExactly(new double[] {x - 8, y - 16, x, y + 4}, within(1e-9));
        }
    }

    @Test
    void numbersHaveNoDistributions() {
        for (Kind kind : List.of(Kind.RETINANET, Kind.FCOS)) {
            try (DetectionModel network = network(kind)) {
                assertThat(predictions(network).distributions()).isEmpty();
            }
        }
    }

    /** No deltas give the anchors themselves, in every image; scales end at 1000/16 and 16/1000. */
    @Test
    void boxesOfRetinaNetAreDecodedFromItsAnchorsWithBoundedScales() {
        try (DetectionModel network = network(Kind.RETINANET)) {
            DensePredictions predictions = predictions(network);
            double[] anchors = predictions.places().get(3).boxes();
            Tensor none = backend.zeros(Shape.of(2, 2, 4), DType.F64);
            assertThat(predictions.decode(3, none).narrow(1, 1).toDoubles()).containsExactly(anchors, within(1e-12));
            Tensor far = backend.tensor(new double[] {0, 0, 50, -50, 0, 0, 0, 0}, Shape.of(1, 2, 4), DType.F64);
            double[] box = predictions.decode(3, far).toDoubles();
            assertThat(box[2] - box[0]).isCloseTo(62.5 * (anchors[2] - anchors[0]), within(1e-9));
            assertThat(box[3] - box[1]).isCloseTo(0.016 * (anchors[3] - anchors[1]), within(1e-9));
        }
    }
}
