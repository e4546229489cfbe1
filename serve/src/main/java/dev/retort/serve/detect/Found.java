package dev.retort.serve.detect;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.data.RgbImage;
import java.util.List;

/**
 * What was found in an image.
 *
 * @param name what the request calls the image
 * @param image its pixels
 * @param objects best first, all of them; boxes in pixels of the image
 * @param times how long each stage took
 */
public record Found(String name, RgbImage image, List<DetectedObject> objects, StageTimes times) {}
