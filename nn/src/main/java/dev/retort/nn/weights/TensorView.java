package dev.retort.nn.weights;

import dev.retort.tensor.Shape;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Elements of a storage as a tensor: element (i, j, ...) is {@code offset + i*strides[0] + j*strides[1] + ...}. */
final class TensorView {
    /** A tensor may repeat elements of its storage, by strides of 0, up to this size; larger ones have as many as their storage. */
    private static final long LARGEST_EXPANDED = 1 << 16;

    private static final int LARGEST_RANK = 32;

    private final Storage storage;
    private final long offset;
    private final Shape shape;
    private final long[] strides;

    private TensorView(Storage storage, long offset, Shape shape, long[] strides) {
        this.storage = storage;
        this.offset = offset;
        this.shape = shape;
        this.strides = strides;
    }

    /**
     * Of numbers that stand in the file.
     *
     * @throws WeightFileException if an element would lie outside of the storage, or the tensor is absurdly larger than it
     */
    static TensorView of(Storage storage, long offset, long[] extents, long[] strides) throws WeightFileException {
        FileBytes file = storage.file();
        if (extents.length != strides.length || extents.length > LARGEST_RANK) {
            throw file.damaged("holds a tensor of " + extents.length + " sizes and " + strides.length + " strides");
        }
        Shape shape = shape(file, extents);
        boolean inside = offset >= 0 && offset <= storage.count();
        long last = offset;
        for (int axis = 0; axis < extents.length; axis++) {
            inside &= strides[axis] >= 0;
            if (inside && extents[axis] > 1 && strides[axis] > 0 && shape.size() > 0) {
                long steps = extents[axis] - 1;
                inside = steps <= (storage.count() - last) / strides[axis];
                last += inside ? steps * strides[axis] : 0;
            }
        }
        if (!inside || shape.size() > 0 && last >= storage.count()) {
            throw file.damaged("holds a tensor of shape " + shape + " that reaches beyond its storage of "
                    + storage.count() + " elements");
        }
        if (shape.size() > Math.max(storage.count(), LARGEST_EXPANDED)) {
            throw file.damaged(
                    "holds a tensor of shape " + shape + " that repeats a storage of " + storage.count() + " elements");
        }
        return new TensorView(storage, offset, shape, strides.clone());
    }

    /** All of a storage, in row-major order. */
    static TensorView rowMajor(Storage storage, long[] extents) throws WeightFileException {
        return of(storage, 0, extents, shape(storage.file(), extents).strides());
    }

    /** All of a storage, the first axis being the closest. */
    static TensorView columnMajor(Storage storage, long[] extents) throws WeightFileException {
        Shape shape = shape(storage.file(), extents);
        long[] strides = new long[extents.length];
        long stride = 1;
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = stride;
            stride *= shape.dim(axis);
        }
        return of(storage, 0, extents, strides);
    }

    /** The shape that a file declares; elements are counted without overflow. */
    static Shape shape(FileBytes file, long[] extents) throws WeightFileException {
        int[] shape = new int[extents.length];
        long size = 1;
        for (int axis = 0; axis < shape.length; axis++) {
            long extent = extents[axis];
            if (extent < 0 || extent > Integer.MAX_VALUE || extent > 0 && size > Long.MAX_VALUE / extent) {
                throw file.damaged("holds a tensor of " + extent + " elements along axis " + axis);
            }
            shape[axis] = (int) extent;
            size *= Math.max(extent, 1);
        }
        return Shape.of(shape);
    }

    Storage storage() {
        return storage;
    }

    Shape shape() {
        return shape;
    }

    /** Hands every element out once, in the file's order as far as may be, so that the file is read from front to back. */
    void read(WeightTensor.Sink sink) throws IOException {
        if (shape.size() == 0) {
            return;
        }
        List<Integer> axes = IntStream.range(0, shape.rank())
                .filter(axis -> shape.dim(axis) > 1)
                .boxed()
                .sorted(Comparator.comparingLong((Integer axis) -> -strides[axis]))
                .toList();
        int rank = Math.max(axes.size(), 1);
        int[] extents = new int[rank];
        long[] from = new long[rank];
        long[] to = new long[rank];
        extents[0] = 1;
        for (int i = 0; i < axes.size(); i++) {
            extents[i] = shape.dim(axes.get(i));
            from[i] = strides[axes.get(i)];
            to[i] = shape.strides()[axes.get(i)];
        }
        Window window = storage.window();
        int[] index = new int[rank];
        long source = storage.start() + offset;
        long target = 0;
        while (true) {
            run(window, source, from[rank - 1], (int) target, (int) to[rank - 1], extents[rank - 1], sink);
            int axis = rank - 2;
            for (; axis >= 0 && ++index[axis] == extents[axis]; axis--) {
                index[axis] = 0;
                source -= (extents[axis] - 1) * from[axis];
                target -= (extents[axis] - 1) * to[axis];
            }
            if (axis < 0) {
                return;
            }
            source += from[axis];
            target += to[axis];
        }
    }

    /** The elements along the innermost axis. */
    private static void run(
            Window window, long source, long sourceStep, int target, int targetStep, int count, WeightTensor.Sink sink)
            throws IOException {
        for (int done = 0; done < count; ) {
            long element = source + done * sourceStep;
            int from = window.moveTo(element);
            long within = sourceStep == 0 ? count : (window.end() - 1 - element) / sourceStep + 1;
            int some = (int) Math.min(count - done, within);
            for (int i = 0; i < some; i++) {
                sink.put(
                        target + (done + i) * targetStep,
                        window.buffer(),
                        from + (int) (i * sourceStep) * window.width());
            }
            done += some;
        }
    }
}
