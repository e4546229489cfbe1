package dev.retort.autograd;

import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * How much the results and gradients of a kernel jitter by rounding, measured: all inputs move along a way in steps of a few
 * units in the last place, which no smooth part of the function shows in third differences, and what these show is rounding
 * (J. J. Moré, S. M. Wild, Estimating computational noise, SIAM J. Sci. Comput. 33, 2011). A third difference of independent
 * errors of variance v has the variance 20*v, (1 + 9 + 9 + 1).
 *
 * @param results standard deviation of each element of the result
 * @param gradients standard deviation of each element of each gradient
 */
record RoundingNoise(double[] results, double[][] gradients) {
    private static final int POINTS = 16;
    private static final double VARIANCE = 20;
    /** Elements move by up to so many units in the last place at a time. */
    private static final int LARGEST_MOVE = 8;

    static RoundingNoise of(Kernel kernel, double[][] point, double[] upstream, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] moves = new double[point.length][];
        for (int i = 0; i < point.length; i++) {
            moves[i] = moves(kernel, point[i], random);
        }
        double[] upstreamMoves = moves(kernel, upstream, random);
        double[] results = deviations(k -> kernel.value(moved(kernel, point, moves, k)));
        double[][] gradients = new double[point.length][];
        if (results.length > 0) {
            double[][][] all = new double[POINTS][][];
            for (int k = 0; k < POINTS; k++) {
                all[k] = kernel.gradients(moved(kernel, point, moves, k), moved(kernel, upstream, upstreamMoves, k));
            }
            for (int i = 0; i < point.length; i++) {
                int input = i;
                gradients[i] = deviations(k -> all[k][input]);
            }
        } else {
            for (int i = 0; i < point.length; i++) {
                gradients[i] = new double[point[i].length];
            }
        }
        return new RoundingNoise(results, gradients);
    }

    private static double[] moves(Kernel kernel, double[] x, SplittableRandom random) {
        double[] moves = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double way = random.nextBoolean() ? 1 : -1;
            moves[i] = way * random.nextInt(1, LARGEST_MOVE + 1) * Ulps.size(kernel.dtype(), x[i]);
        }
        return moves;
    }

    private static double[][] moved(Kernel kernel, double[][] point, double[][] moves, int steps) {
        double[][] moved = new double[point.length][];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = moved(kernel, point[i], moves[i], steps);
        }
        return moved;
    }

    private static double[] moved(Kernel kernel, double[] x, double[] moves, int steps) {
        double[] moved = new double[x.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = kernel.rounded(x[i] + steps * moves[i]);
        }
        return moved;
    }

    private static double[] deviations(IntFunction<double[]> samples) {
        double[][] y = new double[POINTS][];
        for (int k = 0; k < POINTS; k++) {
            y[k] = samples.apply(k);
        }
        double[] deviations = new double[y[0].length];
        for (int j = 0; j < deviations.length; j++) {
            double sum = 0;
            int count = 0;
            for (int k = 3; k < POINTS; k++) {
                double third = y[k][j] - 3 * y[k - 1][j] + 3 * y[k - 2][j] - y[k - 3][j];
                if (Double.isFinite(third)) {
                    sum += third * third;
                    count++;
                }
            }
            deviations[j] = count == 0 ? 0 : Math.sqrt(sum / count / VARIANCE);
        }
        return deviations;
    }
}
