package dev.retort.distill.region;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.Places;
import dev.retort.distill.region.AnchorCells.Reference;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A row of four cells of 8 pixels and one cell of 32, with an anchor each; worked out by hand. */
class AnchorCellsTest {
    private static final List<Places> LEVELS = List.of(
            new Places(1, 4, 1, new double[] {0, 0, 8, 8, 8, 0, 16, 8, 16, 0, 24, 8, 24, 0, 32, 8}),
            new Places(1, 1, 1, new double[] {0, 0, 32, 32}));

    private static GroundTruth image(double... boxes) {
        return new GroundTruth(0, 32, 32, boxes, new int[boxes.length / 4]);
    }

    private static List<CellWeights> mark(Reference reference, double... boxes) {
        return new AnchorCells(reference, false).mark(LEVELS, List.of(image(boxes)));
    }

    /** IoU 48/80 with the second anchor, 16/112 with the first, 64/1024 with the large one: above 0.3 is the second alone. */
    @Test
    void aBoxMarksAnchorsAboveHalfOfItsBestOverlap() {
        List<CellWeights> marked = mark(Reference.ALL, 6, 0, 14, 8);
        assertThat(marked.get(0).values()).containsExactly(0, 1, 0, 0);
        assertThat(marked.get(1).values()).containsExactly(0);
    }

    /** Anchors that are the box itself, half of it, and a little more than half of it. */
    @Test
    void exactlyHalfOfTheBestIsNotAbove() {
        Places places = new Places(1, 3, 1, new double[] {0, 0, 8, 8, 0, 0, 4, 8, 0, 0, 4.01, 8});
        assertThat(AnchorCells.DEFAULT
                        .mark(List.of(places), List.of(image(0, 0, 8, 8)))
                        .get(0)
                        .values())
                .containsExactly(1, 0, 1);
    }

    /** Six places are three cells of two. */
    @Test
    void aCellIsMarkedByAnyOfItsAnchors() {
        Places places = new Places(
                1, 3, 2, new double[] {0, 0, 8, 8, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 8, 8, 0, 0, 1, 1, 0, 0, 2, 2});
        assertThat(AnchorCells.DEFAULT
                        .mark(List.of(places), List.of(image(0, 0, 8, 8)))
                        .get(0)
                        .values())
                .containsExactly(1, 1, 0);
    }

    @Test
    void eachLevelForItselfIsMarkedByEveryBox() {
        List<CellWeights> marked = mark(Reference.EACH, 8, 0, 16, 8);
        assertThat(marked.get(0).values()).containsExactly(0, 1, 0, 0);
        assertThat(marked.get(1).values()).containsExactly(1);
    }

    /** 32x32 is small there: the finest level's. Its best IoU is 64/1024 with every anchor. */
    @Test
    void anAssignedBoxMarksItsOwnLevelOnly() {
        List<CellWeights> marked = mark(Reference.ASSIGNED, 0, 0, 32, 32);
        assertThat(marked.get(0).values()).containsExactly(1, 1, 1, 1);
        assertThat(marked.get(1).values()).containsExactly(0);
        assertThat(mark(Reference.ALL, 0, 0, 32, 32).get(0).values()).containsExactly(0, 0, 0, 0);
    }

    /** With a pixel more, boxes that only touch overlap: 9x1 of them. */
    @Test
    void legacyPixelsMakeBoxesLarger() {
        GroundTruth below = image(0, 8, 8, 16);
        Places row = LEVELS.get(0);
        assertThat(new AnchorCells(Reference.EACH, false)
                        .mark(List.of(row), List.of(below))
                        .get(0)
                        .sum())
                .isZero();
        // (9*1)/(2*81 - 9) with the first anchor, 1/161 with the second.
        assertThat(new AnchorCells(Reference.EACH, true)
                        .mark(List.of(row), List.of(below))
                        .get(0)
                        .values())
                .containsExactly(1, 0, 0, 0);
    }

    @Test
    void imagesAreMarkedApartAndOneWithoutBoxesNowhere() {
        List<CellWeights> marked = AnchorCells.DEFAULT.mark(LEVELS, List.of(image(), image(8, 0, 16, 8, 24, 0, 32, 8)));
        assertThat(marked.get(0).values()).containsExactly(0, 0, 0, 0, 0, 1, 0, 1);
        assertThat(marked.get(1).sum()).isZero();
    }

    /** A box that no anchor meets marks nothing, though 0 is half of 0. */
    @Test
    void aBoxFarFromAllAnchorsMarksNothing() {
        for (Reference reference : Reference.values()) {
            assertThat(mark(reference, 100, 100, 110, 110))
                    .allSatisfy(level -> assertThat(level.sum()).isZero());
        }
    }
}
