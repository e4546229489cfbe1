package dev.retort.detection.data;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.ImageSize;
import java.util.Arrays;

/**
 * An image with its objects, on its way to a {@link Sample}.
 *
 * @param image of 8-bit pixels, until it is resized
 * @param boxes {@code [n, 4]} flattened, XYXY in pixels of the image; they may leave it, until a sample is made
 * @param classes {@code [n]}
 */
public record LabeledImage(Pixels image, double[] boxes, int[] classes) {
    public LabeledImage {
        if (Boxes.count(boxes) != classes.length) {
            throw new IllegalArgumentException("Every box has a class, but there are " + Boxes.count(boxes)
                    + " boxes and " + classes.length + " classes");
        }
    }

    /** The image in 8-bit pixels. */
    public RgbImage visible() {
        return image.visible();
    }

    /** The same objects in other pixels of the same size. */
    public LabeledImage with(RgbImage pixels) {
        return new LabeledImage(pixels, boxes, classes);
    }

    /** Image and boxes at another size. */
    public LabeledImage resized(ResizeMethod method, ImageSize size) {
        double[] scaled =
                Boxes.scale(boxes, (double) size.width() / image.width(), (double) size.height() / image.height());
        return new LabeledImage(method.resize(visible(), size), scaled, classes);
    }

    /** The objects of these indexes in other pixels, with other boxes: {@code moved} is {@code [n, 4]} as {@code boxes}. */
    public LabeledImage keep(int[] indexes, double[] moved, Pixels pixels) {
        int[] kept = Arrays.stream(indexes).map(i -> classes[i]).toArray();
        return new LabeledImage(pixels, Boxes.select(moved, indexes), kept);
    }
}
