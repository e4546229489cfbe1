package dev.retort.detection.box;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.nn.parallel.ThreadRanks;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Anchors, box deltas, box arithmetic and the resize rule against values worked out by hand. */
class AnchorsAndCodingTest {
    @Test
    void anchorsRunOverCellsThenSizesThenRatios() {
        AnchorGenerator generator =
                new AnchorGenerator(List.of(List.of(4.0, 8.0)), List.of(0.25, 4.0), List.of(10), 0.5);
        // Size 4: 8 wide and 2 high, then 2 wide and 8 high; size 8: the double.
        assertThat(generator.cellAnchors(0)).containsExactly(-4, -1, 4, 1, -1, -4, 1, 4, -8, -2, 8, 2, -2, -8, 2, 8);
        double[] anchors = generator.anchors(0, 2, 3, new ImageSize(20, 30));
        assertThat(generator.perCell()).isEqualTo(4);
        assertThat(anchors).hasSize(2 * 3 * 4 * 4);
        assertThat(Boxes.select(anchors, new int[] {0})).containsExactly(1, 4, 9, 6);
        assertThat(Boxes.select(anchors, new int[] {(3 + 2) * 4 + 1})).containsExactly(24, 11, 26, 19);
        assertThat(generator.anchors(0, 0, 3, new ImageSize(1, 30))).isEmpty();
    }

    @Test
    void retinaNetHasNineAnchorsACellCenteredOnItsCorner() {
        AnchorGenerator generator = AnchorGenerator.retinaNet();
        assertThat(generator.levels()).isEqualTo(5);
        assertThat(generator.perCell()).isEqualTo(9);
        double[] p7 = generator.cellAnchors(4);
        // The second box: size 512, ratio 1. The last: size 512 * 2^(2/3) = 812.75, ratio 2.
        assertThat(Boxes.select(p7, new int[] {1})).containsExactly(-256, -256, 256, 256);
        assertThat(Boxes.width(p7, 8)).isCloseTo(574.701, within(1e-3));
        assertThat(Boxes.height(p7, 8)).isCloseTo(1149.401, within(1e-3));
    }

    @Test
    void anchorsThatMakeNoSenseAreRefused() {
        List<List<Double>> sizes = List.of(List.of(32.0));
        List<Double> ratios = List.of(1.0);
        assertThatThrownBy(() -> new AnchorGenerator(sizes, ratios, List.of(8, 16), 0))
                .hasMessageContaining("2");
        assertThatThrownBy(() -> new AnchorGenerator(sizes, ratios, List.of(8), 1))
                .hasMessageContaining("offset");
        assertThatThrownBy(() -> new AnchorGenerator(sizes, List.of(0.0), List.of(8), 0))
                .hasMessageContaining("positive");
        assertThatThrownBy(
                        () -> new AnchorGenerator(List.of(List.of(1.0), List.of(1.0, 2.0)), ratios, List.of(8, 16), 0))
                .hasMessageContaining("same number");
    }

    @Test
    void deltasAreRelativeToTheAnchor() {
        double[] anchor = {0, 0, 10, 20};
        double[] target = {5, 10, 15, 20};
        double[] deltas = BoxCoder.RETINANET.encode(anchor, target);
        assertThat(deltas).containsExactly(new double[] {0.5, 0.25, 0, Math.log(0.5)}, within(1e-15));
        assertThat(BoxCoder.RETINANET.decode(anchor, deltas)).containsExactly(target, within(1e-12));
        BoxCoder weighted = new BoxCoder(10, 20, 5, 2, BoxCoder.DEFAULT_SCALE_CLAMP);
        double[] scaled = weighted.encode(anchor, target);
        assertThat(scaled).containsExactly(new double[] {5, 5, 0, 2 * Math.log(0.5)}, within(1e-15));
        assertThat(weighted.decode(anchor, scaled)).containsExactly(target, within(1e-12));
    }

    @Test
    void onlyGrowthIsClamped() {
        double[] boxes = BoxCoder.RETINANET.decode(new double[] {0, 0, 16, 16}, new double[] {0, 0, 50, -50});
        assertThat(Boxes.width(boxes, 0)).isCloseTo(1000, within(1e-9));
        assertThat(Boxes.height(boxes, 0)).isBetween(0.0, 1e-15);
    }

    @Test
    void emptyBoxesHaveNoDeltas() {
        double[] good = {0, 0, 1, 1};
        double[] flat = {0, 5, 1, 5};
        assertThatThrownBy(() -> BoxCoder.RETINANET.encode(good, flat)).hasMessageContaining("Target box 0 is empty");
        assertThatThrownBy(() -> BoxCoder.RETINANET.encode(flat, good)).hasMessageContaining("Anchor 0 is empty");
        assertThatThrownBy(() -> BoxCoder.RETINANET.encode(good, new double[0])).hasMessageContaining("1 anchors");
        assertThatThrownBy(() -> BoxCoder.RETINANET.decode(good, new double[8])).hasMessageContaining("deltas for 2");
        assertThat(BoxCoder.RETINANET.encode(new double[0], new double[0])).isEmpty();
    }

    @Test
    void boxesScaleFlipAndClip() {
        double[] boxes = {1, 2, 3, 5, -4, 0, 20, 6};
        assertThat(Boxes.scale(boxes, 2, 3)).containsExactly(2, 6, 6, 15, -8, 0, 40, 18);
        assertThat(Boxes.flipHorizontally(boxes, 10)).containsExactly(7, 2, 9, 5, -10, 0, 14, 6);
        assertThat(Boxes.clip(boxes, new ImageSize(4, 10))).containsExactly(1, 2, 3, 4, 0, 0, 10, 4);
        assertThat(Boxes.isNonEmpty(new double[] {1, 1, 1, 2}, 0)).isFalse();
        assertThatThrownBy(() -> Boxes.count(new double[5])).hasMessageContaining("5");
    }

    @Test
    void overlapsByHand() {
        double[] a = {0, 0, 2, 2};
        // Itself; a quarter covered: 1 / (4 + 4 - 1); touching; inside: 1 / 4; empty; apart.
        double[] b = {0, 0, 2, 2, 1, 1, 3, 3, 2, 0, 4, 2, 0, 0, 1, 1, 1, 0, 1, 2, 5, 5, 6, 6};
        assertThat(Iou.pairwise(a, b)).containsExactly(1, 1.0 / 7, 0, 0.25, 0, 0);
        assertThat(Iou.pairwise(b, a)).containsExactly(1, 1.0 / 7, 0, 0.25, 0, 0);
        // Far from the diagonal, both ways: 1 / 7 again, with each axis in its own range.
        double[] low = {0, 1000, 2, 1002};
        double[] right = {1000, 0, 1002, 2};
        assertThat(Iou.pairwise(low, new double[] {1, 1001, 3, 1003})).containsExactly(1.0 / 7);
        assertThat(Iou.pairwise(right, new double[] {1001, 1, 1003, 3})).containsExactly(1.0 / 7);
        assertThat(Iou.pairwise(low, right)).containsExactly(0);
        double[] empty = {1, 1, 1, 1};
        assertThat(Iou.pairwise(empty, empty)).containsExactly(0);
        assertThat(Iou.pairwise(new double[0], b)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // 800 / 480 * 640 = 1066.67
        "480, 640, 800, 1333, 800, 1067",
        "640, 480, 800, 1333, 1067, 800",
        // 2666.67 is too long: 800 and 2666.67 times 1333 / 2666.67
        "300, 1000, 800, 1333, 400, 1333",
        "100, 100, 800, 1333, 800, 800",
        // 4.5 rounds up
        "2, 3, 3, 100, 3, 5",
        // 0.27 of a pixel stays one pixel
        "1, 5000, 800, 1333, 1, 1333",
    })
    void resizing(int height, int width, int shortest, int longest, int newHeight, int newWidth) {
        assertThat(new ResizeRule(shortest, longest).apply(new ImageSize(height, width)))
                .isEqualTo(new ImageSize(newHeight, newWidth));
    }

    @Test
    void theNormalizerMovesATenthOfTheWay() {
        EmaNormalizer normalizer = new EmaNormalizer();
        assertThat(normalizer.update(0)).isCloseTo(90.1, within(1e-12));
        assertThat(normalizer.update(200)).isCloseTo(101.09, within(1e-12));
        normalizer.restore(50);
        assertThat(normalizer.update(100)).isCloseTo(55, within(1e-12));
        assertThat(normalizer.value()).isCloseTo(55, within(1e-12));
        assertThatThrownBy(() -> normalizer.restore(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new EmaNormalizer(100, 1.5)).hasMessageContaining("1.5");
    }

    /** The numbers above, taken in by two ranks at once: each divides by the value after its own count. */
    @Test
    void ranksTakeInEachOthersCountsInTheirOrder() {
        ThreadRanks.run(2, Duration.ofSeconds(50), ranks -> {
            EmaNormalizer normalizer = new EmaNormalizer();
            normalizer.setRanks(ranks);
            double divisor = normalizer.update(200L * ranks.rank());
            assertThat(divisor).isCloseTo(ranks.rank() == 0 ? 90.1 : 101.09, within(1e-12));
            assertThat(normalizer.value()).isCloseTo(101.09, within(1e-12));
        });
    }
}
