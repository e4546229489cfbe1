package dev.retort.distill.pgd;

import dev.retort.detection.box.GroundTruth;

/**
 * How much the cells at which a teacher predicts an object best count (PGD, arXiv 2203.05469): a Gaussian is fitted to their
 * centers, and each counts as its density there, 1 in the middle. Cells whose center is outside of the object's box count 0; where
 * objects share a cell, the larger weight counts.
 */
public final class PgdGaussian {
    /** Width of the uniform noise, in pixels, that lets a covariance be inverted where centers lie on a line. */
    public static final double NOISE = 0.1;

    private PgdGaussian() {}

    /**
     * The weights of the cells of an image.
     *
     * @param centers [S * 2]: x and y of the cells of all levels joined
     * @param best cells of each object
     * @param uniform numbers in [0, 1) of each object: x and y for each of its cells
     * @return [S]
     */
    public static double[] weights(double[] centers, GroundTruth truth, int[][] best, double[][] uniform) {
        double[] weights = new double[centers.length / 2];
        for (int object = 0; object < best.length; object++) {
            int[] cells = best[object];
            double[] spread = spread(centers, cells, uniform[object]);
            for (int cell : cells) {
                double x = centers[2 * cell];
                double y = centers[2 * cell + 1];
                if (isInside(truth.boxes(), object, x, y)) {
                    weights[cell] = Math.max(weights[cell], density(spread, x, y));
                }
            }
        }
        return weights;
    }

    /** 1 for cells whose center lies in no box, 0 for others: [S]. */
    public static double[] background(double[] centers, GroundTruth truth) {
        double[] background = new double[centers.length / 2];
        for (int cell = 0; cell < background.length; cell++) {
            background[cell] = 1;
            for (int object = 0; object < truth.count(); object++) {
                if (isInside(truth.boxes(), object, centers[2 * cell], centers[2 * cell + 1])) {
                    background[cell] = 0;
                }
            }
        }
        return background;
    }

    private static boolean isInside(double[] boxes, int i, double x, double y) {
        return x > boxes[4 * i] && y > boxes[4 * i + 1] && x < boxes[4 * i + 2] && y < boxes[4 * i + 3];
    }

    /** Mean and covariance of the moved centers: mean x, mean y, xx, xy, yy. */
    private static double[] spread(double[] centers, int[] cells, double[] uniform) {
        double[] moved = new double[2 * cells.length];
        double[] spread = new double[5];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = centers[2 * cells[i / 2] + i % 2] + (uniform[i] - 0.5) * NOISE;
            spread[i % 2] += moved[i] / cells.length;
        }
        for (int i = 0; i < moved.length; i += 2) {
            double x = moved[i] - spread[0];
            double y = moved[i + 1] - spread[1];
            spread[2] += x * x / cells.length;
            spread[3] += x * y / cells.length;
            spread[4] += y * y / cells.length;
        }
        return spread;
    }

    /** The density relative to the largest; 1 where fewer than three cells leave no spread. */
    private static double density(double[] spread, double x, double y) {
        double dx = x - spread[0];
        double dy = y - spread[1];
        double determinant = spread[2] * spread[4] - spread[3] * spread[3];
        double square = dx * dx * spread[4] - 2 * dx * dy * spread[3] + dy * dy * spread[2];
        return determinant > 0 ? Math.exp(-0.5 * square / determinant) : 1;
    }
}
