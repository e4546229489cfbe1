package dev.retort.tensor.reference;

import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.Elements;
import java.util.Arrays;

/**
 * Reductions, in row-major order of the input: floating types in float64, integers in 64 bits. Public for backends on which
 * integers are rare enough to be served by a formula.
 */
public final class Reductions {
    private Reductions() {}

    /** y, of x's shape reduced over {@code axes}. */
    public static void reduce(ReduceOp op, Tensor x, int[] axes, Tensor y) {
        int[] places = Places.reduced(x.shape(), axes);
        Elements from = Elements.of(x);
        Elements to = Elements.of(y);
        int size = (int) y.size();
        if (x.dtype().isFloating()) {
            double[] result = new double[size];
            Arrays.fill(result, start(op));
            for (int i = 0; i < places.length; i++) {
                int place = places[i];
                result[place] = switch (op) {
                    case SUM, MEAN -> result[place] + from.get(i);
                    case MAX -> Math.max(result[place], from.get(i));
                    case MIN -> Math.min(result[place], from.get(i));
                };
            }
            double count = op == ReduceOp.MEAN ? (double) places.length / size : 1;
            for (int i = 0; i < size; i++) {
                to.set(i, result[i] / count);
            }
        } else {
            long[] result = new long[size];
            Arrays.fill(result, op == ReduceOp.MAX ? Long.MIN_VALUE : op == ReduceOp.MIN ? Long.MAX_VALUE : 0);
            for (int i = 0; i < places.length; i++) {
                int place = places[i];
                result[place] = switch (op) {
                    case SUM -> result[place] + from.getLong(i);
                    case MAX -> Math.max(result[place], from.getLong(i));
                    case MIN -> Math.min(result[place], from.getLong(i));
                    case MEAN -> throw new AssertionError("refused by ResultShapes.reduce");
                };
            }
            for (int i = 0; i < size; i++) {
                to.setLong(i, result[i]);
            }
        }
    }

    private static double start(ReduceOp op) {
        return switch (op) {
            case SUM, MEAN -> 0;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    /** The first extreme wins; the first NaN beats everything, as it does in MAX and MIN. */
    public static void argReduce(boolean largest, Tensor x, int axis, Tensor y) {
        Places.Axis a = Places.Axis.of(x.shape(), axis);
        Elements from = Elements.of(x);
        Elements to = Elements.of(y);
        boolean floating = x.dtype().isFloating();
        for (int outer = 0; outer < a.outer(); outer++) {
            for (int inner = 0; inner < a.inner(); inner++) {
                int first = outer * a.extent() * a.inner() + inner;
                int best = 0;
                for (int j = 1; j < a.extent(); j++) {
                    int here = first + j * a.inner();
                    int there = first + best * a.inner();
                    boolean better = floating
                            ? beats(largest, from.get(here), from.get(there))
                            : beats(largest, from.getLong(here), from.getLong(there));
                    best = better ? j : best;
                }
                to.setLong(outer * a.inner() + inner, best);
            }
        }
    }

    private static boolean beats(boolean largest, double value, double best) {
        return (largest ? value > best : value < best) || (Double.isNaN(value) && !Double.isNaN(best));
    }

    private static boolean beats(boolean largest, long value, long best) {
        return largest ? value > best : value < best;
    }

    /** y = running sums of x. */
    public static void cumsum(Tensor x, int axis, Tensor y) {
        Places.Axis a = Places.Axis.of(x.shape(), axis);
        Elements from = Elements.of(x);
        Elements to = Elements.of(y);
        boolean floating = x.dtype().isFloating();
        for (int outer = 0; outer < a.outer(); outer++) {
            for (int inner = 0; inner < a.inner(); inner++) {
                double sum = 0;
                long whole = 0;
                for (int j = 0; j < a.extent(); j++) {
                    int place = (outer * a.extent() + j) * a.inner() + inner;
                    if (floating) {
                        sum += from.get(place);
                        to.set(place, sum);
                    } else {
                        whole += from.getLong(place);
                        to.setLong(place, whole);
                    }
                }
            }
        }
    }
}
