package dev.retort.cli.job;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.Sample;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.detection.draw.LabelText;
import dev.retort.detection.eval.Detection;
import java.util.ArrayList;
import java.util.List;

/** Turns detections and annotations into boxes to draw. */
public final class DrawnBoxes {
    private DrawnBoxes() {}

    /** An image's detections of at least this score. */
    public static List<BoxPainter.Box> predicted(
            List<Detection> detections, ImageInfo image, List<Category> categories, double leastScore) {
        List<Long> ids = categories.stream().map(Category::id).toList();
        List<BoxPainter.Box> boxes = new ArrayList<>();
        for (Detection d : detections) {
            if (d.imageId() == image.id() && d.score() >= leastScore) {
                int k = ids.indexOf(d.categoryId());
                String name = LabelText.name(categories.get(k));
                boxes.add(new BoxPainter.Box(d.x(), d.y(), d.x() + d.width(), d.y() + d.height(), k, name, d.score()));
            }
        }
        return boxes;
    }

    /** Detected objects of at least this score. */
    public static List<BoxPainter.Box> detected(List<DetectedObject> objects, double leastScore) {
        return objects.stream()
                .filter(object -> object.score() >= leastScore)
                .map(object -> new BoxPainter.Box(
                        object.left(),
                        object.top(),
                        object.right(),
                        object.bottom(),
                        object.classIndex(),
                        LabelText.name(new Category(object.categoryId(), object.label())),
                        object.score()))
                .toList();
    }

    /** An image's true boxes, without crowds. */
    public static List<BoxPainter.Box> truth(CocoDataset dataset, ImageInfo image) {
        return dataset.annotations(image.id()).stream()
                .filter(annotation -> !annotation.crowd())
                .map(a -> {
                    int k = dataset.classOf(a.categoryId());
                    String name = LabelText.name(dataset.categories().get(k));
                    return BoxPainter.Box.truth(a.x(), a.y(), a.x() + a.w(), a.y() + a.h(), k, name);
                })
                .toList();
    }

    /** A sample's boxes, in pixels of its image. */
    public static List<BoxPainter.Box> of(Sample sample, List<Category> categories) {
        List<BoxPainter.Box> boxes = new ArrayList<>();
        double[] xyxy = sample.boxes();
        for (int i = 0; i < sample.classes().length; i++) {
            int k = sample.classes()[i];
            String name = LabelText.name(categories.get(k));
            boxes.add(BoxPainter.Box.truth(xyxy[4 * i], xyxy[4 * i + 1], xyxy[4 * i + 2], xyxy[4 * i + 3], k, name));
        }
        return boxes;
    }
}
