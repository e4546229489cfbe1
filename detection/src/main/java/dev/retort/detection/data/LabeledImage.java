package dev.retort.detection.data;

import dev.retort.detection.box.Boxes;
import java.util.Arrays;

/**
 * An image with its objects, on its way to a {@link Sample}.
 *
 * @param boxes {@code [n, 4]} flattened, XYXY in pixels of the image; they may leave it, until a sample is made
 * @param classes {@code [n]}
 */
public record LabeledImage(RgbImage image, double[] boxes, int[] classes) {
    public LabeledImage {
        if (Boxes.count(boxes) != classes.length) {
            throw new IllegalArgumentException("Every box has a class, but there are " + Boxes.count(boxes)
                    + " boxes and " + classes.length + " classes");
        }
    }

    /** The same objects in other pixels of the same size. */
    public LabeledImage with(RgbImage pixels) {
        return new LabeledImage(pixels, boxes, classes);
    }

    /** Image and boxes at another size, in pixels. */
    public LabeledImage resized(int width, int height) {
        double[] scaled = Boxes.scale(boxes, (double) width / image.width(), (double) height / image.height());
        return new LabeledImage(BilinearResize.resize(image, width, height), scaled, classes);
    }

    /** The objects of these indexes in other pixels, with other boxes: {@code moved} is {@code [n, 4]} as {@code boxes}. */
    public LabeledImage keep(int[] indexes, double[] moved, RgbImage pixels) {
        int[] kept = Arrays.stream(indexes).map(i -> classes[i]).toArray();
        return new LabeledImage(pixels, Boxes.select(moved, indexes), kept);
    }
}
