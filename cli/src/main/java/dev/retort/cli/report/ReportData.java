package dev.retort.cli.report;

import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import java.util.List;
import java.util.Map;

/**
 * Everything that a {@link Report} shows.
 *
 * @param title the page's heading
 * @param introduction a sentence or two under it
 * @param method how the distilled model learned, a paragraph
 * @param facts what was run, label and value, in order
 * @param summary the models' results; its keys are the models' keys everywhere here
 * @param modelNames what people call the models, by key
 * @param charts curves
 * @param comparisons images with the boxes of several models
 * @param attention images with attention maps
 */
public record ReportData(
        String title,
        String introduction,
        String method,
        Map<String, String> facts,
        Summary summary,
        Map<String, String> modelNames,
        List<Chart> charts,
        List<Figure> comparisons,
        List<Figure> attention) {

    /**
     * A chart of curves over iterations.
     *
     * @param id of the element, unique in the page
     * @param explanation how to read it
     * @param yLabel what is drawn
     */
    public record Chart(String id, String title, String explanation, String yLabel, List<Curve> curves) {}

    /**
     * A curve, drawn smoothed over its faint raw values.
     *
     * @param model key of the model that it belongs to
     * @param name in the legend
     * @param iterations ascending
     * @param values one for each iteration, finite
     */
    public record Curve(String model, String name, double[] iterations, double[] values) {
        public Curve {
            if (iterations.length != values.length) {
                throw new IllegalArgumentException("The curve '" + name + "' has " + iterations.length
                        + " iterations, but " + values.length + " values");
            }
        }
    }

    /** Images that belong together, side by side. */
    public record Figure(String caption, List<Panel> panels) {}

    /**
     * An image.
     *
     * @param model key of the model it shows, or empty
     * @param content of a PNG or JPEG file
     */
    public record Panel(String model, String caption, byte[] content) {
        private static final float QUALITY = 0.88f;

        /** An image as JPEG: as PNG, a page of noisy images would have a hundred megabytes. */
        public static Panel of(String model, String caption, RgbImage image) {
            return new Panel(model, caption, ImageFileWriter.jpeg(image, QUALITY));
        }
    }
}
