package dev.retort.tensor.reference;

import dev.retort.tensor.Operation;
import dev.retort.tensor.ResultShapes;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.Elements;

/** Selection and accumulation by index tensors. Public for backends on which they are rare. */
public final class Indexing {
    private Indexing() {}

    /** The indices as numbers in [0, extent); any other is an error. */
    public static int[] read(Operation operation, Tensor index, int extent) {
        Elements from = Elements.of(index);
        int[] indices = new int[(int) index.size()];
        for (int i = 0; i < indices.length; i++) {
            long value = from.getLong(i);
            if (value < 0 || value >= extent) {
                throw ResultShapes.indexOutOfRange(operation, value, i, extent);
            }
            indices[i] = (int) value;
        }
        return indices;
    }

    /** For every element of a tensor of {@code shape}, its place in x when its place along {@code axis} is looked up. */
    public static int[] alongIndex(Shape x, int axis, int[] index, Shape shape) {
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
    public static int[] everyIndex(Shape x, int axis, int[] index, Shape shape) {
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
    public static void select(Tensor x, int[] places, Tensor y) {
        for (int i = 0; i < places.length; i++) {
            Elementwise.copy(x, places[i], y, i, 1);
        }
    }

    /** y, which is a copy of x, plus source[i] at places[i]; summed in float64 or 64 bits. */
    public static void add(Tensor x, int[] places, Tensor source, Tensor y) {
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
