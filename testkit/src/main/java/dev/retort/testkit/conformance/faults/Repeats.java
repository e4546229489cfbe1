package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Terms that an index sends to one place. */
final class Repeats {
    /** Instead of an axis: the index names pixels h*W + w, as in max pooling. */
    static final int PIXELS = Integer.MAX_VALUE;

    private Repeats() {}

    /** Zeroes every element of {@code source} after which another goes to the same place. */
    static void keepLast(Values source, Values index, int axis) {
        Shape shape = source.shape();
        Set<String> taken = new HashSet<>();
        for (int i = source.size() - 1; i >= 0; i--) {
            int[] place = place(i, shape);
            String key;
            if (axis == PIXELS) {
                key = place[0] + " " + index.getLong(i) + " " + place[3];
            } else {
                int along = shape.axis(axis);
                long named =
                        index.getLong(index.shape().rank() == 1 && index.size() == shape.dim(along) ? place[along] : i);
                place[along] = Math.toIntExact(named);
                key = Arrays.toString(place);
            }
            if (!taken.add(key)) {
                source.set(i, 0);
            }
        }
    }

    private static int[] place(int i, Shape shape) {
        int[] place = new int[shape.rank()];
        int rest = i;
        for (int axis = place.length - 1; axis >= 0; axis--) {
            place[axis] = rest % shape.dim(axis);
            rest /= shape.dim(axis);
        }
        return place;
    }
}
