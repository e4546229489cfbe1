package dev.retort.detection.data;

/**
 * A picture ready for the network, with its objects: {@code boxes} is {@code [n, 4]} flattened, XYXY in pixels of
 * {@code picture}; {@code classes} is {@code [n]}.
 *
 * @param info the original picture's entry; its size is the one to scale detections back to
 * @param flipped whether the picture was mirrored
 */
public record Sample(ImageInfo info, Picture picture, double[] boxes, int[] classes, boolean flipped) {}
