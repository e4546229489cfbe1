package dev.retort.serve.detect;

import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.DetectorException;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.recipe.Recipe;
import java.util.Collections;
import java.util.concurrent.TimeUnit;

/** Looks into a blank image until the JVM has compiled the kernels, so that the first requests are not the slow ones. */
final class WarmUp {
    private static final int LOOKS = 20;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);
    private static final int UNRESIZED = 128;

    private WarmUp() {}

    /**
     * Ends after some looks, or some seconds.
     *
     * @throws DetectorException if the network's answer to it is not a number
     */
    static void run(Detector detector) {
        Recipe.Data data = detector.recipe().data();
        int edge =
                data.shortEdges().isEmpty() ? UNRESIZED : Math.min(Collections.max(data.shortEdges()), data.longEdge());
        RgbImage blank = decoded(edge);
        long end = System.nanoTime() + PATIENCE;
        for (int i = 0; i < LOOKS && System.nanoTime() < end; i++) {
            detector.detect(blank, DetectionOptions.DEFAULT);
        }
    }

    /** By way of files, so that Java's image library is loaded, too. */
    private static RgbImage decoded(int edge) {
        RgbImage blank = RgbImage.black(edge, edge);
        ImageFileReader.decode(ImageFileWriter.jpeg(blank, ImageFileWriter.JPEG_QUALITY), "a blank image");
        return ImageFileReader.decode(ImageFileWriter.png(blank), "a blank image");
    }
}
