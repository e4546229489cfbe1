package dev.retort.distill.ld;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.fcos.Fcos;
import dev.retort.detection.model.fcos.FcosOptions;
import dev.retort.detection.model.fcos.FcosSettings;
import dev.retort.detection.model.fcos.FcosVariant;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Norm;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which places LD compares at: positive ones, and around them those whose anchors are near a box. */
class LdDistillationTest {
    private static final FcosSettings SETTINGS = new FcosSettings(
            FcosVariant.ADELAIDET,
            FcosSettings.HeadNorm.NONE,
            FcosSettings.BoxQuality.CENTERNESS,
            BoxOutput.DISTRIBUTION,
            1.5,
            List.of(64.0, 128.0, 256.0, 512.0));

    /** As large as the anchors of p3, in the middle of the image, between four points. */
    private static final GroundTruth BOX = new GroundTruth(0, 128, 128, new double[] {32, 32, 96, 96}, new int[] {0});

    private static final GroundTruth NOTHING = new GroundTruth(1, 128, 128, new double[0], new int[0]);

    @Test
    void pointsHaveAnchorsOfEightStridesAndPositiveOnesAreNotInTheRegion() {
        try (Backend backend = Backends.create("reference");
                Fcos network = new Fcos(
                        BuildContext.root(backend, DType.F64, 1),
                        new FcosOptions(new ResNetOptions(18, 4, false, Norm.FROZEN, 0), 8, 1, 2, SETTINGS))) {
            DensePredictions predictions = network.forward(backend.zeros(Shape.of(2, 128, 128, 3), DType.F64));
            ValuableRegion region = ValuableRegion.published(ValuableRegion.Overlap.UNION);
            LdPlaces places = LdPlaces.of(predictions, List.of(NOTHING, BOX), region, true);
            // 16 x 16 points of p3 at 4, 12, ...; of those within 12 pixels of the center along both axes there are 2 x
            // 2.
            int second = 16 * 16;
            int[] positives = places.positives().get(0).rows();
            assertThat(positives)
                    .containsExactly(
                            second + 16 * 7 + 7, second + 16 * 7 + 8, second + 16 * 8 + 7, second + 16 * 8 + 8);
            assertThat(places.positiveCount()).isEqualTo(4);
            LdPlaces.Level around = places.region().get(0);
            assertThat(around.rows()).isNotEmpty();
            assertThat(IntStream.of(around.rows())).allMatch(row -> row >= second);
            assertThat(around.rows()).doesNotContain(positives);
            assertThat(DoubleStream.of(around.weights())).allMatch(weight -> weight > 0 && weight < 1);
            assertThat(LdPlaces.of(predictions, List.of(NOTHING, BOX), region, false)
                            .region())
                    .allMatch(level -> level.count() == 0);
        }
    }

    @Test
    void rowsArePickedOfAllImages() {
        try (Backend backend = Backends.create("reference")) {
            LdPlaces.Level level = new LdPlaces.Level(new int[] {1, 2}, new double[] {0.5, 1});
            assertThat(level.pick(backend.tensor(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, Shape.of(2, 2, 2), DType.F64))
                            .toDoubles())
                    .containsExactly(3, 4, 5, 6);
        }
    }
}
