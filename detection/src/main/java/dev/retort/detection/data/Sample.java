package dev.retort.detection.data;

/**
 * An image ready for the network, with its objects: {@code boxes} is {@code [n, 4]} flattened, XYXY in pixels of
 * {@code image}; {@code classes} is {@code [n]}.
 *
 * @param info the original image's entry; its size is the one to scale detections back to
 * @param flipped whether the image was mirrored
 */
public record Sample(ImageInfo info, Pixels image, double[] boxes, int[] classes, boolean flipped) {}
