package dev.retort.detection.data;

import java.util.Arrays;
import java.util.List;

/**
 * The geometry of training and test pictures, as detectron2's data set mapper has it: resize, then mirror, then clip the
 * boxes and drop those without extent. Boxes are {@code [n, 4]} flattened, XYXY in pixels.
 */
public final class Transforms {
    /** A box whose width or height is not above this is dropped. */
    public static final double SMALLEST_EXTENT = 1e-5;

    private Transforms() {}

    /** Boxes under a resize by {@code scaleX} and {@code scaleY} (new size over old size). */
    public static double[] resizeBoxes(double[] boxes, double scaleX, double scaleY) {
        double[] resized = new double[boxes.length];
        for (int i = 0; i < boxes.length; i++) {
            resized[i] = boxes[i] * (i % 2 == 0 ? scaleX : scaleY);
        }
        return resized;
    }

    /** Boxes in the mirror image of a picture of this width: x becomes width - x. */
    public static double[] flipBoxes(double[] boxes, double width) {
        double[] flipped = boxes.clone();
        for (int i = 0; i < boxes.length; i += 4) {
            flipped[i] = width - boxes[i + 2];
            flipped[i + 2] = width - boxes[i];
        }
        return flipped;
    }

    /** Boxes cut off at the borders of a picture. */
    public static double[] clipBoxes(double[] boxes, double width, double height) {
        double[] clipped = new double[boxes.length];
        for (int i = 0; i < boxes.length; i++) {
            clipped[i] = Math.min(Math.max(boxes[i], 0), i % 2 == 0 ? width : height);
        }
        return clipped;
    }

    /**
     * Applies one choice of size and mirroring to a picture of a data set and to its objects. Crowds are dropped, boxes
     * are clipped after resizing and mirroring, and those of width or height at most {@link #SMALLEST_EXTENT} dropped.
     *
     * @param resized the picture, already resized from {@code info}'s size
     */
    public static Sample sample(CocoDataset dataset, ImageInfo info, Picture resized, boolean flip) {
        List<Annotation> objects = dataset.annotations(info.id()).stream()
                .filter(annotation -> !annotation.crowd())
                .toList();
        double[] boxes = new double[4 * objects.size()];
        for (int i = 0; i < objects.size(); i++) {
            Annotation object = objects.get(i);
            boxes[4 * i] = object.x();
            boxes[4 * i + 1] = object.y();
            boxes[4 * i + 2] = object.x() + object.w();
            boxes[4 * i + 3] = object.y() + object.h();
        }
        boxes = resizeBoxes(boxes, (double) resized.width() / info.width(), (double) resized.height() / info.height());
        if (flip) {
            boxes = flipBoxes(boxes, resized.width());
        }
        boxes = clipBoxes(boxes, resized.width(), resized.height());
        int kept = 0;
        int[] classes = new int[objects.size()];
        for (int i = 0; i < objects.size(); i++) {
            boolean hasExtent = boxes[4 * i + 2] - boxes[4 * i] > SMALLEST_EXTENT
                    && boxes[4 * i + 3] - boxes[4 * i + 1] > SMALLEST_EXTENT;
            if (hasExtent) {
                System.arraycopy(boxes, 4 * i, boxes, 4 * kept, 4);
                classes[kept++] = dataset.classOf(objects.get(i).categoryId());
            }
        }
        return new Sample(
                info,
                flip ? resized.flipped() : resized,
                Arrays.copyOf(boxes, 4 * kept),
                Arrays.copyOf(classes, kept),
                flip);
    }
}
