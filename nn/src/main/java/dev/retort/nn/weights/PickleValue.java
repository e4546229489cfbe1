package dev.retort.nn.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickle's values are while it is read, besides {@link Boolean}, {@link Long}, {@link java.math.BigInteger}, {@link Double},
 * {@link PickleClass}, {@link Storage} and {@link TensorView}.
 */
sealed interface PickleValue {
    /** Python's None. */
    record Nothing() implements PickleValue {}

    /** A list or a set. */
    record Items(List<Object> items) implements PickleValue {
        Items() {
            this(new ArrayList<>());
        }
    }

    /** A tuple. */
    record Tuple(List<Object> items) implements PickleValue {
        int size() {
            return items.size();
        }

        Object get(int index) {
            return items.get(index);
        }
    }

    /** A dict. */
    record Dict(Map<String, Object> entries, boolean ordered) implements PickleValue {
        Dict(boolean ordered) {
            this(new LinkedHashMap<>(), ordered);
        }
    }

    /**
     * Text, or a Python 2 str, which may be bytes.
     *
     * @param text empty if it is not {@code held}
     * @param held whether it is short enough to be in memory
     * @param position where it stands in the file
     * @param length its bytes there
     * @param utf8 whether it is text in UTF-8, not a Python 2 str
     */
    record Text(String text, boolean held, long position, long length, boolean utf8) implements PickleValue {}

    /** Bytes. */
    record Bytes(DataBytes data) implements PickleValue {}

    /** A NumPy type: what an array's elements are, once its state is known. */
    final class ArrayType implements PickleValue {
        final SourceType type;
        boolean bigEndian;

        ArrayType(SourceType type, boolean bigEndian) {
            this.type = type;
            this.bigEndian = bigEndian;
        }
    }

    /** A tensor that gets its content later: a NumPy array or a torch Parameter. */
    final class Pending implements PickleValue {
        final PickleClass type;
        Object content = new Nothing();

        Pending(PickleClass type) {
            this.type = type;
        }
    }

    /** An object of another class, of which nothing is kept. */
    record Inert(String name) implements PickleValue {}
}
