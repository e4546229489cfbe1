package dev.retort.detection.data;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.ImageSize;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The geometry of training and test images, as detectron2's data set mapper has it: resize, then mirror, then clip the
 * boxes and drop those without extent.
 */
public final class Transforms {
    private static final double SMALLEST_EXTENT = 1e-5;

    private Transforms() {}

    /** Whether training keeps a box of an image at its own size: clipped to it, it is more than 1e-5 wide and high. */
    static boolean keeps(double x, double y, double w, double h, ImageInfo info) {
        double[] clipped = Boxes.clip(new double[] {x, y, x + w, y + h}, new ImageSize(info.height(), info.width()));
        return hasExtent(clipped, 0);
    }

    private static boolean hasExtent(double[] boxes, int i) {
        return Boxes.width(boxes, i) > SMALLEST_EXTENT && Boxes.height(boxes, i) > SMALLEST_EXTENT;
    }

    /**
     * Applies one choice of size and mirroring to an image of a data set and to its objects. Crowds are dropped, boxes
     * are clipped after resizing and mirroring, and those of width or height at most 1e-5 dropped.
     *
     * @param resized the image, already resized from {@code info}'s size
     */
    public static Sample sample(CocoDataset dataset, ImageInfo info, Pixels resized, boolean flip) {
        return sample(info, labeled(dataset, info, resized), flip);
    }

    /** The objects of an image of a data set, without crowds, in pixels of the image at this size. */
    static LabeledImage labeled(CocoDataset dataset, ImageInfo info, Pixels image) {
        List<Annotation> objects = dataset.annotations(info.id()).stream()
                .filter(annotation -> !annotation.crowd())
                .toList();
        double[] boxes = new double[4 * objects.size()];
        int[] classes = new int[objects.size()];
        for (int i = 0; i < objects.size(); i++) {
            Annotation object = objects.get(i);
            boxes[4 * i] = object.x();
            boxes[4 * i + 1] = object.y();
            boxes[4 * i + 2] = object.x() + object.w();
            boxes[4 * i + 3] = object.y() + object.h();
            classes[i] = dataset.classOf(object.categoryId());
        }
        boxes = Boxes.scale(boxes, (double) image.width() / info.width(), (double) image.height() / info.height());
        return new LabeledImage(image, boxes, classes);
    }

    /** The last steps of a sample: mirrors, clips the boxes, drops those without extent. */
    static Sample sample(ImageInfo info, LabeledImage labeled, boolean flip) {
        Pixels image = labeled.image();
        double[] boxes = flip ? Boxes.flipHorizontally(labeled.boxes(), image.width()) : labeled.boxes();
        double[] clipped = Boxes.clip(boxes, new ImageSize(image.height(), image.width()));
        int[] kept = IntStream.range(0, labeled.classes().length)
                .filter(i -> hasExtent(clipped, i))
                .toArray();
        LabeledImage shown = labeled.keep(kept, clipped, flip ? image.flipped() : image);
        return new Sample(info, shown.image(), shown.boxes(), shown.classes(), flip);
    }
}
