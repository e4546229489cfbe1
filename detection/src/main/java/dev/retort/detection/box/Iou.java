package dev.retort.detection.box;

/** Intersection over union of boxes (Jaccard index). */
public final class Iou {
    private Iou() {}

    /** The matrix [n * m], row-major, of each box of {@code a} [n] with each of {@code b} [m]; 0 where they do not meet. */
    public static double[] pairwise(double[] a, double[] b) {
        int n = Boxes.count(a);
        int m = Boxes.count(b);
        double[] matrix = new double[Math.multiplyExact(n, m)];
        for (int i = 0; i < n; i++) {
            row(a, i, b, matrix, i * m);
        }
        return matrix;
    }

    /** One row of {@link #pairwise}: box {@code i} of {@code a} with each of {@code b}, stored from {@code start}. */
    static void row(double[] a, int i, double[] b, double[] target, int start) {
        double area = Boxes.area(a, i);
        int m = Boxes.count(b);
        for (int j = 0; j < m; j++) {
            double iou = 0;
            // Most anchors are nowhere near a given box: telling so costs a comparison or two.
            if (b[4 * j] < a[4 * i + 2]
                    && b[4 * j + 2] > a[4 * i]
                    && b[4 * j + 1] < a[4 * i + 3]
                    && b[4 * j + 3] > a[4 * i + 1]) {
                double intersection = intersection(a, i, b, j);
                iou = intersection > 0 ? intersection / (area + Boxes.area(b, j) - intersection) : 0;
            }
            target[start + j] = iou;
        }
    }

    /** Area common to box {@code i} of {@code a} and box {@code j} of {@code b}; 0 if they do not meet. */
    static double intersection(double[] a, int i, double[] b, int j) {
        double width = Math.min(a[4 * i + 2], b[4 * j + 2]) - Math.max(a[4 * i], b[4 * j]);
        double height = Math.min(a[4 * i + 3], b[4 * j + 3]) - Math.max(a[4 * i + 1], b[4 * j + 1]);
        return Math.max(width, 0) * Math.max(height, 0);
    }
}
