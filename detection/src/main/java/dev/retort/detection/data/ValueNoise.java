package dev.retort.detection.data;

import dev.retort.tensor.random.RandomSequence;

/** Smooth random texture: uniform values in [-1, 1) on a lattice, blended in between by a cubic with flat ends. */
final class ValueNoise {
    private final double[] lattice;
    private final int columns;
    private final double cell;

    /** @param cell distance of lattice points in pixels */
    ValueNoise(RandomSequence random, int width, int height, double cell) {
        this.cell = cell;
        this.columns = (int) (width / cell) + 2;
        int rows = (int) (height / cell) + 2;
        this.lattice = new double[columns * rows];
        for (int i = 0; i < lattice.length; i++) {
            lattice[i] = random.uniform(-1, 1);
        }
    }

    double at(int x, int y) {
        int column = (int) (x / cell);
        int row = (int) (y / cell);
        double u = smooth(x / cell - column);
        double v = smooth(y / cell - row);
        int at = row * columns + column;
        double above = lattice[at] + u * (lattice[at + 1] - lattice[at]);
        double below = lattice[at + columns] + u * (lattice[at + columns + 1] - lattice[at + columns]);
        return above + v * (below - above);
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }
}
