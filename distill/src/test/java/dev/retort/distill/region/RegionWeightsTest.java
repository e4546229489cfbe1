package dev.retort.distill.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.box.GroundTruth;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegionWeightsTest {
    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private static GroundTruth image(double... boxes) {
        return new GroundTruth(0, 32, 64, boxes, new int[boxes.length / 4]);
    }

    private Tensor map(int images, int height, int width, int channels) {
        return backend.zeros(Shape.of(images, height, width, channels), DType.F64);
    }

    /** 2x4 cells of 16 pixels: a box from (15, 0) to (33, 16) meets columns 0 to 2 of row 0. */
    @Test
    void cellsThatABoxOverlapsAreMarked() {
        CellWeights cells = RegionWeights.boxes(List.of(image(15, 0, 33, 16), image()), 32, 64, map(2, 2, 4, 3));
        assertThat(cells.values()).containsExactly(1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Without area, on a cell's edge, and beyond the map: a cell each. */
    @Test
    void everyBoxHasACell() {
        Tensor map = map(1, 2, 4, 3);
        assertThat(RegionWeights.boxes(List.of(image(16, 16, 16, 16)), 32, 64, map)
                        .values())
                .containsExactly(0, 0, 0, 0, 0, 1, 0, 0);
        assertThat(RegionWeights.boxes(List.of(image(64, 32, 70, 40)), 32, 64, map)
                        .values())
                .containsExactly(0, 0, 0, 0, 0, 0, 0, 1);
        assertThat(RegionWeights.boxes(List.of(image(-9, -9, -1, -1)), 32, 64, map)
                        .values())
                .containsExactly(1, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Means of magnitudes 0 and ln 2, doubled by a temperature of 0.5: shares 1/5 and 4/5, times 2 cells. */
    @Test
    void activationIsASoftmaxOfMeanMagnitudesWithMeanOne() {
        double twice = 2 * Math.log(2);
        Tensor map = backend.tensor(new double[] {0, 0, -twice, 0}, Shape.of(1, 1, 2, 2), DType.F64);
        assertThat(RegionWeights.activation(map, RegionWeights.TEMPERATURE).toDoubles())
                .containsExactly(new double[] {0.4, 1.6}, within(1e-12));
    }

    /** Two cells, two places each, two classes. */
    @Test
    void scoresAreTheBestOfACellsPlacesAndClasses() {
        double ln3 = Math.log(3);
        Tensor logits = backend.tensor(new double[] {-9, -9, ln3, 0, 0, -ln3, -ln3, -9}, Shape.of(1, 4, 2), DType.F64);
        Tensor weights = RegionWeights.scores(logits, map(1, 1, 2, 3));
        assertThat(weights.shape()).isEqualTo(Shape.of(1, 1, 2, 1));
        assertThat(weights.toDoubles()).containsExactly(new double[] {0.75, 0.5}, within(1e-12));
    }

    @Test
    void asManyNumbersAsCellsAreNeeded() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CellWeights(1, 2, 2, new float[3]))
                .withMessage("3 numbers for 1 images of 2x2 cells");
    }

    /** sqrt((w + 1)(h + 1)) below 112 pixels is the finest level's; every doubling is the next one's. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "55, 55, 0",
        "110, 110, 0",
        "111, 111, 1",
        "222, 222, 1",
        "223, 223, 2",
        "55, 895, 2",
        "447, 447, 3",
        "895, 895, 4",
        "5000, 5000, 4"
    })
    void aBoxBelongsToALevelByItsSize(double width, double height, int level) {
        assertThat(BoxLevel.of(new double[] {0, 0, 1, 1, 10, 20, 10 + width, 20 + height}, 1, 5))
                .isEqualTo(level);
    }

    @Test
    void squaresAreAddedUpOverChannels() {
        Tensor student = backend.tensor(new double[] {1, 2, 3, 4}, Shape.of(1, 1, 2, 2), DType.F64);
        Tensor squares = CellSquares.of(student, map(1, 1, 2, 2));
        assertThat(squares.shape()).isEqualTo(Shape.of(1, 1, 2, 1));
        assertThat(squares.toDoubles()).containsExactly(5, 25);
    }

    @Test
    void aSumUnderNoWeightIsZero() {
        Tensor none = backend.zeros(Shape.SCALAR, DType.F64);
        assertThat(CellSquares.divided(none, none).item()).isZero();
        Tensor three = backend.full(Shape.SCALAR, DType.F64, 3);
        Tensor half = backend.full(Shape.SCALAR, DType.F64, 0.5);
        assertThat(CellSquares.divided(three, half).item()).isEqualTo(6);
    }
}
