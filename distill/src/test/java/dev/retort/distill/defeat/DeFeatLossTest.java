package dev.retort.distill.defeat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.detection.box.GroundTruth;
import dev.retort.distill.level.AdapterKind;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A level of two cells and one of one, with two channels; worked out by hand. */
class DeFeatLossTest {
    private final Backend backend = Backends.create("reference");
    private final Scope scope = Scope.open();
    private final List<Tensor> students = List.of(map(2, 1, 2, 3, 4), map(1, 1, 0));
    private final List<Tensor> teachers = List.of(map(2, 0, 2, 1, 1), map(1, 4, 4));

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor map(int cells, double... values) {
        return backend.tensor(values, Shape.of(1, 1, cells, values.length / cells), DType.F64);
    }

    private static GroundTruth image(double... boxes) {
        return new GroundTruth(0, 32, 64, boxes, new int[boxes.length / 4]);
    }

    private static float[] cells(GroundTruth image, int level) {
        return ForegroundCells.of(List.of(image), level, 2, 16, 2, 4).values();
    }

    /** Squares: 1 and 13 on the first level, 25 on the second. Halves of means over channels, averaged over two levels. */
    @Test
    void partsAreMeansOfTheirCellsAveragedOverLevels() {
        DeFeatLoss loss = DeFeatLoss.of(students, teachers, List.of(map(2, 0, 1), map(1, 0)));
        assertThat(loss.foreground().item()).isCloseTo(13 / 4.0 / 2, within(1e-12));
        assertThat(loss.background().item()).isCloseTo((1 / 4.0 + 25 / 4.0) / 2, within(1e-12));
    }

    @Test
    void withoutForegroundAllIsBackground() {
        DeFeatLoss loss = DeFeatLoss.of(students, teachers, List.of(map(2, 0, 0), map(1, 0)));
        assertThat(loss.foreground().item()).isZero();
        assertThat(loss.background().item()).isCloseTo((14 / 8.0 + 25 / 4.0) / 2, within(1e-12));
    }

    @Test
    void gradientsOfBothOrdersAgreeWithDifferences() {
        List<Tensor> cells = List.of(map(2, 0, 1), map(1, 0));
        GradientCheck.on(backend)
                .secondOrder()
                .require(
                        in -> {
                            DeFeatLoss loss = DeFeatLoss.of(in, teachers, cells);
                            return loss.foreground().mul(3).add(loss.background());
                        },
                        students);
    }

    /** Cells of 16 pixels: columns int(17/16) to int(47/16) - 1, one row. */
    @Test
    void foregroundEndsBeforeTheCellOfTheFarEdge() {
        assertThat(cells(image(17, 1, 47, 15), 0)).containsExactly(0, 1, 0, 0, 0, 0, 0, 0);
        assertThat(cells(image(17, 1, 48, 32), 0)).containsExactly(0, 1, 1, 0, 0, 1, 1, 0);
        assertThat(cells(image(64, 32, 64, 32), 0)).containsExactly(0, 0, 0, 0, 0, 0, 0, 1);
    }

    @Test
    void aBoxIsForegroundOnItsLevelOnly() {
        GroundTruth large = image(0, 0, 120, 120);
        assertThat(cells(large, 0)).containsOnly(0);
        assertThat(cells(large, 1)).containsOnly(1);
        assertThat(cells(image(), 1)).containsOnly(0);
    }

    @Test
    void aNegativeWeightIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeFeatSettings(1, -1, AdapterKind.NONE, ComparedLevels.ALL))
                .withMessageStartingWith("distillation.defeat.background must");
    }
}
