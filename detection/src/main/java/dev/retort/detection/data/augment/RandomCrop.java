package dev.retort.detection.data.augment;

import dev.retort.detection.box.Iou;
import dev.retort.detection.data.Augmentation;
import dev.retort.detection.data.LabeledImage;
import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.random.RandomSequence;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The random patch of SSD (Liu et al., arXiv 1512.02325, section 2.2): its scale is drawn from [0.1, 1] of the image and its
 * aspect ratio, relative to the image's, from [1/2, 2]; its IoU with one object at least has to reach 0.1, 0.3, 0.5, 0.7 or
 * 0.9, or may be any, which is drawn first. Objects whose centers lie in the patch are kept, clipped to it. Unlike SSD's, a
 * patch of an image with objects has the center of one; where 50 tries find no patch, the image stays whole.
 *
 * <p>The paper leaves the image whole in one of seven cases: its probability is 6/7.
 *
 * @param probability of a patch
 */
public record RandomCrop(double probability) implements Augmentation {
    private static final double[] LEAST_IOU = {0, 0.1, 0.3, 0.5, 0.7, 0.9};
    private static final double SMALLEST_SCALE = 0.1;
    private static final double WIDEST = 2;
    private static final int TRIES = 50;

    public RandomCrop {
        Probability.check(probability);
    }

    @Override
    public Purpose purpose() {
        return Purpose.CROP;
    }

    @Override
    public LabeledImage apply(LabeledImage image, RandomSequence draws) {
        if (!draws.chance(probability)) {
            return image;
        }
        double leastIou = LEAST_IOU[draws.below(LEAST_IOU.length)];
        for (int i = 0; i < TRIES; i++) {
            Window patch = patch(image.image().width(), image.image().height(), draws);
            if (accepts(patch, image.boxes(), leastIou)) {
                return cut(image, patch);
            }
        }
        return image;
    }

    private static Window patch(int imageWidth, int imageHeight, RandomSequence draws) {
        double scale = draws.uniform(SMALLEST_SCALE, 1);
        double square = scale * scale;
        // Beyond these it would be larger than the image.
        double aspect = draws.uniform(Math.max(1 / WIDEST, square), Math.min(WIDEST, 1 / square));
        int width = pixels(imageWidth * scale * Math.sqrt(aspect), imageWidth);
        int height = pixels(imageHeight * scale / Math.sqrt(aspect), imageHeight);
        return new Window(draws.below(imageWidth - width + 1), draws.below(imageHeight - height + 1), width, height);
    }

    private static int pixels(double length, int most) {
        return (int) Math.min(most, Math.max(1, Math.rint(length)));
    }

    /** Whether a patch may be cut out of an image with these boxes. */
    static boolean accepts(Window patch, double[] boxes, double leastIou) {
        if (boxes.length == 0) {
            return true;
        }
        if (centers(patch, boxes).length == 0) {
            return false;
        }
        double[] corners = {patch.left(), patch.top(), patch.left() + patch.width(), patch.top() + patch.height()};
        return Arrays.stream(Iou.pairwise(corners, boxes)).max().orElse(0) >= leastIou;
    }

    /** The patch with the objects whose centers lie in it. */
    static LabeledImage cut(LabeledImage image, Window patch) {
        return image.keep(centers(patch, image.boxes()), patch.clip(image.boxes()), patch.of(image.visible()));
    }

    private static int[] centers(Window patch, double[] boxes) {
        return IntStream.range(0, boxes.length / 4)
                .filter(i -> patch.hasCenter(boxes, i))
                .toArray();
    }
}
