package dev.retort.detection.data.augment;

import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Augmentation;
import dev.retort.detection.data.LabeledImage;
import dev.retort.detection.data.ResizeMethod;
import dev.retort.detection.data.RgbImage;
import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.random.RandomSequence;
import java.util.stream.IntStream;

/**
 * Large-scale jitter (Ghiasi et al., arXiv 2012.07177, section 3): an image is resized to fit a square, times a random factor;
 * a random window of the square's size is cut out of what is larger, and what is smaller lies in the square's top left corner,
 * with gray around it. Sizes and windows are rounded as detectron2's ResizeScale and FixedSizeCrop round them. Boxes are
 * clipped to the window; those without extent in it are dropped when the sample is made, and no others.
 *
 * @param least smallest factor, 0.1 in the paper
 * @param most largest factor, 2 in the paper
 * @param side of the square, in pixels
 */
public record LargeScaleJitter(double least, double most, int side) implements Augmentation {
    public LargeScaleJitter {
        if (!(least > 0 && least <= most && Double.isFinite(most)) || side <= 0) {
            throw new IllegalArgumentException("Factors of a jitter ascend from above 0, and its side is positive, not "
                    + least + ", " + most + " and " + side);
        }
    }

    @Override
    public Purpose purpose() {
        return Purpose.SCALE_JITTER;
    }

    @Override
    public LabeledImage apply(LabeledImage image, RandomSequence draws) {
        return apply(image, draws.uniform(least, most), draws.uniform(), draws.uniform());
    }

    /**
     * @param across where the window lies, from 0 (left) to 1 (right)
     * @param down likewise, from top to bottom
     */
    LabeledImage apply(LabeledImage image, double factor, double across, double down) {
        double width = image.image().width();
        double height = image.image().height();
        double scale = Math.min(factor * side / width, factor * side / height);
        LabeledImage resized =
                image.resized(ResizeMethod.DETECTRON2, new ImageSize(rounded(height * scale), rounded(width * scale)));
        RgbImage pixels = resized.visible();
        Window window = new Window(
                (int) Math.rint(Math.max(0, pixels.width() - side) * across),
                (int) Math.rint(Math.max(0, pixels.height() - side) * down),
                Math.min(side, pixels.width()),
                Math.min(side, pixels.height()));
        byte[] square = Window.gray(side, side);
        window.copy(pixels, square, side, 0, 0);
        int[] all = IntStream.range(0, image.classes().length).toArray();
        return resized.keep(all, window.clip(resized.boxes()), new RgbImage(side, side, square));
    }

    private static int rounded(double length) {
        return (int) Math.max(1, Math.rint(length));
    }
}
