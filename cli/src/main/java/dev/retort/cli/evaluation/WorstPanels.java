package dev.retort.cli.evaluation;

import dev.retort.cli.report.ReportData;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.detection.draw.DatasetBoxes;
import dev.retort.detection.draw.PaintedImage;
import dev.retort.detection.eval.Detection;
import dev.retort.detection.eval.ImageErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Draws true boxes and detections on images that went wrong. */
public final class WorstPanels {
    /** Images on the page. */
    public static final int MOST = 12;

    /** Longest edge on the page; with {@link #MOST} it bounds the page's size. */
    private static final int LONGEST = 640;

    private WorstPanels() {}

    /**
     * An image with boxes for each entry.
     *
     * @param detections with the ids of the data set
     * @param score of the detections that are drawn, and better
     * @throws dev.retort.detection.data.ImageException if an image cannot be read
     */
    public static List<ReportData.Panel> of(
            CocoDataset dataset, List<Detection> detections, List<ImageErrors> worst, double score) {
        Map<Long, ImageInfo> images =
                dataset.images().stream().collect(Collectors.toMap(ImageInfo::id, Function.identity()));
        List<ReportData.Panel> panels = new ArrayList<>();
        for (ImageErrors errors : worst) {
            ImageInfo image = images.get(errors.imageId());
            List<BoxPainter.Box> boxes = new ArrayList<>(DatasetBoxes.truth(dataset, image));
            boxes.addAll(DatasetBoxes.predicted(detections, image, dataset.categories(), score));
            panels.add(ReportData.Panel.of(
                    "",
                    (panels.size() + 1) + ". " + image.fileName(),
                    PaintedImage.within(PaintedImage.of(dataset.image(image), boxes), LONGEST)));
        }
        return panels;
    }
}
