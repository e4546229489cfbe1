package dev.retort.tensor.reference;

import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.Elements;

/** Selection and accumulation by index tensors. Public for backends on which they are rare. */
public final class Indexing {
    private Indexing() {}

    /** y = the slices of x along {@code axis} that {@code indices} name. */
    static void indexSelect(Tensor x, int axis, int[] indices, Tensor y) {
        select(x, alongIndex(x.shape(), axis, indices, y.shape()), y);
    }

    /** y = x plus the slices of {@code source} at the places along {@code axis} that {@code indices} name. */
    public static void indexAdd(Tensor x, int axis, int[] indices, Tensor source, Tensor y) {
        add(x, alongIndex(x.shape(), axis, indices, source.shape()), source, y);
    }

    /** y = the elements of x that {@code indices}, of y's shape, name along {@code axis}. */
    public static void gather(Tensor x, int axis, int[] indices, Tensor y) {
        select(x, everyIndex(x.shape(), axis, indices, y.shape()), y);
    }

    /** y = x plus each element of {@code source} at the place that {@code indices}, of its shape, names along {@code axis}. */
    public static void scatterAdd(Tensor x, int axis, int[] indices, Tensor source, Tensor y) {
        add(x, everyIndex(x.shape(), axis, indices, source.shape()), source, y);
    }

    /** For every element of a tensor of {@code shape}, its place in x when its place along {@code axis} is looked up. */
    private static int[] alongIndex(Shape x, int axis, int[] index, Shape shape) {
        Places.Axis own = Places.Axis.of(x, axis);
        Places.Axis a = Places.Axis.of(shape, axis);
        int[] places = new int[(int) shape.size()];
        for (int i = 0; i < places.length; i++) {
            int outer = i / (a.extent() * a.inner());
            int j = i / a.inner() % a.extent();
            places[i] = (outer * own.extent() + index[j]) * own.inner() + i % a.inner();
        }
        return places;
    }

    /** For every element of an index of {@code shape}, the place in x that it names along {@code axis}. */
    private static int[] everyIndex(Shape x, int axis, int[] index, Shape shape) {
        int along = x.axis(axis);
        long[] strides = x.strides();
        int step = (int) strides[along];
        strides[along] = 0;
        int[] places = Places.of(shape, strides);
        for (int i = 0; i < places.length; i++) {
            places[i] += index[i] * step;
        }
        return places;
    }

    /** y[i] = x[places[i]]. */
    private static void select(Tensor x, int[] places, Tensor y) {
        for (int i = 0; i < places.length; i++) {
            Elementwise.copy(x, places[i], y, i, 1);
        }
    }

    /** y, which is a copy of x, plus source[i] at places[i]; summed in float64 or 64 bits. */
    private static void add(Tensor x, int[] places, Tensor source, Tensor y) {
        Elements from = Elements.of(x);
        Elements added = Elements.of(source);
        Elements to = Elements.of(y);
        int size = (int) x.size();
        if (x.dtype().isFloating()) {
            double[] sums = new double[size];
            for (int i = 0; i < size; i++) {
                sums[i] = from.get(i);
            }
            for (int i = 0; i < places.length; i++) {
                sums[places[i]] += added.get(i);
            }
            for (int i = 0; i < size; i++) {
                to.set(i, sums[i]);
            }
        } else {
            for (int i = 0; i < size; i++) {
                to.setLong(i, from.getLong(i));
            }
            for (int i = 0; i < places.length; i++) {
                to.setLong(places[i], to.getLong(places[i]) + added.getLong(i));
            }
        }
    }
}
