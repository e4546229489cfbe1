package dev.retort.detection.box;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The anchors of a feature pyramid (RetinaNet, arXiv 1708.02002, section 4). Every cell (y, x) of level l carries the
 * same boxes, for each size and then for each ratio, w = sqrt(size^2 / ratio) and h = ratio * w, centered on
 * ((x + offset) * stride, (y + offset) * stride); {@link AnchorRule#TORCHVISION} rounds them and has steps of its own.
 *
 * @param sizes per level, finest first: the square roots of the anchors' areas, in pixels
 * @param ratios h / w, the same for all levels
 * @param strides per level: pixels between neighboring cells
 * @param offset place of a cell's center between its own corner (0) and the next cell's (1); 0 in RetinaNet
 * @param rule where they lie
 */
public record AnchorGenerator(
        List<List<Double>> sizes, List<Double> ratios, List<Integer> strides, double offset, AnchorRule rule) {
    public AnchorGenerator {
        sizes = sizes.stream().map(List::copyOf).toList();
        ratios = List.copyOf(ratios);
        strides = List.copyOf(strides);
        if (sizes.size() != strides.size()) {
            throw new IllegalArgumentException(
                    "Anchor sizes for " + sizes.size() + " levels, but strides for " + strides.size());
        }
        int perCell = sizes.isEmpty() ? 0 : sizes.get(0).size();
        if (sizes.stream().anyMatch(level -> level.size() != perCell)) {
            throw new IllegalArgumentException("All levels need the same number of anchor sizes: " + sizes);
        }
        if (!(offset >= 0 && offset < 1)) {
            throw new IllegalArgumentException("The anchor offset must be in [0, 1), not " + offset);
        }
        if (sizes.stream().flatMap(List::stream).anyMatch(size -> !(size > 0))
                || ratios.stream().anyMatch(ratio -> !(ratio > 0))
                || strides.stream().anyMatch(stride -> stride <= 0)) {
            throw new IllegalArgumentException("Anchor sizes, ratios and strides must be positive: sizes " + sizes
                    + ", ratios " + ratios + ", strides " + strides);
        }
    }

    /** By {@link AnchorRule#DETECTRON2}. */
    public AnchorGenerator(List<List<Double>> sizes, List<Double> ratios, List<Integer> strides, double offset) {
        this(sizes, ratios, strides, offset, AnchorRule.DETECTRON2);
    }

    /** The published RetinaNet's: sizes 32 to 512. */
    public static AnchorGenerator retinaNet() {
        return retinaNet(List.of(32.0, 64.0, 128.0, 256.0, 512.0), AnchorRule.DETECTRON2);
    }

    /**
     * RetinaNet's, for p3, p4 and so on with strides 8, 16, ...: each level's size times 2^(0, 1/3, 2/3), ratios 0.5, 1, 2; nine
     * anchors a cell.
     *
     * @param sizes the smallest of each level, pixels
     */
    public static AnchorGenerator retinaNet(List<Double> sizes, AnchorRule rule) {
        List<List<Double>> octaves = sizes.stream()
                .map(size -> List.of(size, size * Math.pow(2, 1.0 / 3), size * Math.pow(2, 2.0 / 3)))
                .toList();
        List<Integer> strides =
                IntStream.range(0, sizes.size()).mapToObj(level -> 8 << level).toList();
        return new AnchorGenerator(octaves, List.of(0.5, 1.0, 2.0), strides, 0, rule);
    }

    /** Number of pyramid levels. */
    public int levels() {
        return strides.size();
    }

    /** Number of anchors a cell, A. */
    public int perCell() {
        return sizes.isEmpty() ? 0 : sizes.get(0).size() * ratios.size();
    }

    /** The A anchors of a cell of {@code level}, centered on the origin. */
    public double[] cellAnchors(int level) {
        double[] boxes = new double[4 * perCell()];
        int at = 0;
        for (double size : sizes.get(level)) {
            for (double ratio : ratios) {
                System.arraycopy(rule.cell(size, ratio), 0, boxes, at, 4);
                at += 4;
            }
        }
        return boxes;
    }

    /**
     * All anchors of {@code level} for a feature map of this size: height * width * A boxes in (y, x, anchor) order.
     *
     * @param batch size of the images with padding
     */
    public double[] anchors(int level, int height, int width, ImageSize batch) {
        double[] cell = cellAnchors(level);
        double[] boxes = new double[Math.multiplyExact(Math.multiplyExact(height, width), cell.length)];
        int stepY = rule.step(strides.get(level), height, batch.height());
        int stepX = rule.step(strides.get(level), width, batch.width());
        int at = 0;
        for (int y = 0; y < height; y++) {
            double centerY = (y + offset) * stepY;
            for (int x = 0; x < width; x++) {
                double centerX = (x + offset) * stepX;
                for (int i = 0; i < cell.length; i += 2) {
                    boxes[at++] = centerX + cell[i];
                    boxes[at++] = centerY + cell[i + 1];
                }
            }
        }
        return boxes;
    }
}
