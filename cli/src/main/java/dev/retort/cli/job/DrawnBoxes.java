package dev.retort.cli.job;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.Sample;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.detection.draw.LabelText;
import java.util.ArrayList;
import java.util.List;

/** Turns detected objects and samples into boxes to draw. */
public final class DrawnBoxes {
    private DrawnBoxes() {}

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
