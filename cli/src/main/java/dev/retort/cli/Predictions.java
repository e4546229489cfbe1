package dev.retort.cli;

import dev.retort.cli.job.CocoDetections;
import dev.retort.cli.job.DrawnBoxes;
import dev.retort.cli.job.PredictionsJson;
import dev.retort.detection.DetectedObject;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.draw.BoxPainter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code retort predict} writes: images with boxes and {@link #LIST} in a folder, a COCO file, or both. */
final class Predictions {
    /** The file in the folder that lists all that was found. */
    static final String LIST = "detections.json";

    private final Optional<Path> folder;
    private final Optional<Path> file;
    private final CocoDetections coco;
    private final PredictionsJson list = new PredictionsJson();
    private final double leastScore;

    /**
     * @param file to write {@code coco} to
     * @param leastScore of boxes that are drawn or come into {@code coco}
     */
    Predictions(Optional<Path> folder, Optional<Path> file, CocoDetections coco, double leastScore) {
        this.folder = folder;
        this.file = file;
        this.coco = coco;
        this.leastScore = leastScore;
    }

    /** Takes in an image, and draws it if it has a target; returns how many of the objects have the least score. */
    int add(ImageFile image, RgbImage pixels, List<DetectedObject> found) {
        List<DetectedObject> sure =
                found.stream().filter(object -> object.score() >= leastScore).toList();
        image.target().ifPresent(target -> {
            ImageFileWriter.write(BoxPainter.paint(pixels, DrawnBoxes.detected(sure, leastScore)), target);
            list.add(image.source(), pixels, found);
        });
        if (file.isPresent()) {
            coco.add(image.source().getFileName().toString(), pixels, sure);
        }
        return sure.size();
    }

    /** Writes the files; returns what was written, for people. */
    String write(int images) throws IOException {
        List<String> written = new ArrayList<>();
        if (folder.isPresent()) {
            Path detections = folder.get().resolve(LIST);
            list.write(detections);
            written.add(detections + " and " + images + " images");
        }
        if (file.isPresent()) {
            coco.write(file.get());
            written.add(file.get() + " with " + coco.count() + " boxes in " + images + " images");
        }
        return written.stream().collect(Collectors.joining("; ", "Wrote ", ""));
    }
}
