package dev.retort.detection.data.augment;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.data.ImageMixing;
import dev.retort.detection.data.LabeledImage;
import dev.retort.detection.data.Pixels;
import dev.retort.detection.data.RgbImage;
import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.random.RandomSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Mosaic (Bochkovskiy et al., arXiv 2004.10934): an image and three others meet in a random point, each with the corner that
 * is turned to it; what they do not cover is gray. The result has the first image's size, and the point lies in the middle
 * 60 percent of both its edges. Boxes are clipped to their image's quarter; as YOLOv5 has it, those stay that are more than 2
 * pixels wide and high there, with more than a tenth of their area. Its pixels have 8 bits.
 *
 * @param probability of a mosaic
 */
public record Mosaic(double probability) implements ImageMixing {
    private static final int IMAGES = 4;
    private static final double MARGIN = 0.2;
    private static final double LEAST_EXTENT = 2;
    private static final double LEAST_SHARE = 0.1;

    public Mosaic {
        Probability.check(probability);
    }

    @Override
    public Purpose purpose() {
        return Purpose.MOSAIC;
    }

    @Override
    public int others(RandomSequence draws) {
        return draws.chance(probability) ? IMAGES - 1 : 0;
    }

    @Override
    public LabeledImage mix(List<LabeledImage> images, RandomSequence draws) {
        Pixels first = images.get(0).image();
        return mix(
                images,
                middle(first.width(), draws.uniform()),
                middle(first.height(), draws.uniform()),
                draws.below(IMAGES));
    }

    private static int middle(int length, double drawn) {
        return (int) Math.rint(length * (MARGIN + (1 - 2 * MARGIN) * drawn));
    }

    /**
     * @param x column right of the point where the images meet
     * @param y row below it
     * @param quarter of the first image: 0 top left, 1 top right, 2 bottom left, 3 bottom right; the others follow in this order
     */
    static LabeledImage mix(List<LabeledImage> images, int x, int y, int quarter) {
        int width = images.get(0).image().width();
        int height = images.get(0).image().height();
        byte[] rgb = Window.gray(width, height);
        List<double[]> boxes = new ArrayList<>();
        List<Integer> classes = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            LabeledImage image = images.get(i);
            int place = (quarter + i) % IMAGES;
            boolean left = place % 2 == 0;
            boolean top = place / 2 == 0;
            int shownWidth = Math.min(left ? x : width - x, image.image().width());
            int shownHeight = Math.min(top ? y : height - y, image.image().height());
            if (shownWidth == 0 || shownHeight == 0) {
                // Of a very small image, a quarter may be none.
                continue;
            }
            Window shown = new Window(
                    left ? image.image().width() - shownWidth : 0,
                    top ? image.image().height() - shownHeight : 0,
                    shownWidth,
                    shownHeight);
            int toX = left ? x - shownWidth : x;
            int toY = top ? y - shownHeight : y;
            shown.copy(image.visible(), rgb, width, toX, toY);
            add(image, shown.clip(image.boxes()), toX, toY, boxes, classes);
        }
        return new LabeledImage(
                new RgbImage(width, height, rgb),
                boxes.stream().flatMapToDouble(Arrays::stream).toArray(),
                classes.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void add(
            LabeledImage image, double[] clipped, int x, int y, List<double[]> boxes, List<Integer> classes) {
        for (int i = 0; i < image.classes().length; i++) {
            if (Boxes.width(clipped, i) > LEAST_EXTENT
                    && Boxes.height(clipped, i) > LEAST_EXTENT
                    && Boxes.area(clipped, i) > LEAST_SHARE * Boxes.area(image.boxes(), i)) {
                boxes.add(new double[] {
                    clipped[4 * i] + x, clipped[4 * i + 1] + y, clipped[4 * i + 2] + x, clipped[4 * i + 3] + y
                });
                classes.add(image.classes()[i]);
            }
        }
    }
}
