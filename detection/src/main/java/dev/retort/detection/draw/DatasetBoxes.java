package dev.retort.detection.draw;

import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.eval.Detection;
import java.util.ArrayList;
import java.util.List;

/** Boxes to draw on an image of a data set. */
public final class DatasetBoxes {
    private DatasetBoxes() {}

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
}
