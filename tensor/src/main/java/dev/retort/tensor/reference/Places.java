package dev.retort.tensor.reference;

import dev.retort.tensor.Shape;

/** Where the elements of one shape lie in another: the index arithmetic of broadcasting and reduction, done once. */
final class Places {
    private Places() {}

    /** For every index of {@code shape} in row-major order, the sum of index times stride. */
    static int[] of(Shape shape, long[] strides) {
        int[] places = new int[(int) shape.size()];
        int[] index = new int[shape.rank()];
        int place = 0;
        for (int i = 0; i < places.length; i++) {
            places[i] = place;
            for (int axis = index.length - 1; axis >= 0; axis--) {
                place += (int) strides[axis];
                if (++index[axis] < shape.dim(axis)) {
                    break;
                }
                place -= index[axis] * (int) strides[axis];
                index[axis] = 0;
            }
        }
        return places;
    }

    /** For every element of {@code target}, the element of {@code source} that is broadcast there. */
    static int[] broadcast(Shape source, Shape target) {
        return of(target, source.broadcastStrides(target));
    }

    /** For every element of {@code shape}, the element of its reduction over {@code axes} to which it goes. */
    static int[] reduced(Shape shape, int[] axes) {
        return broadcast(shape.reduce(axes, true), shape);
    }

    /** A shape seen from one of its axes: [outer, extent, inner]. */
    record Axis(int outer, int extent, int inner) {
        static Axis of(Shape shape, int axis) {
            int resolved = shape.axis(axis);
            int outer = 1;
            int inner = 1;
            for (int i = 0; i < shape.rank(); i++) {
                if (i < resolved) {
                    outer *= shape.dim(i);
                } else if (i > resolved) {
                    inner *= shape.dim(i);
                }
            }
            return new Axis(outer, shape.dim(resolved), inner);
        }
    }
}
