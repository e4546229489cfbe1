package dev.retort.tensor.heap;

import dev.retort.tensor.DType;
import dev.retort.tensor.MemoryStatistics;
import dev.retort.tensor.Operation;
import dev.retort.tensor.ResultShapes;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.dense.DenseOperations;
import java.util.Arrays;

/**
 * Backends on Java arrays: pooled memory, movement, and indices read into plain numbers. A subclass brings the arithmetic, one loop per
 * operation.
 */
public abstract class HeapOperations extends DenseOperations {
    private final HeapMemory memory = new HeapMemory();

    @Override
    protected final Tensor allocate(Shape shape, DType dtype) {
        return new Tensor(this, shape, dtype, memory.allocate(dtype, shape.size()), HeapStorage.start(dtype));
    }

    @Override
    public MemoryStatistics memory() {
        return memory.statistics();
    }

    @Override
    public void close() {
        memory.trim();
    }

    @Override
    protected final void write(Object values, Tensor x) {
        System.arraycopy(values, 0, HeapStorage.array(x), HeapStorage.offset(x), (int) x.size());
    }

    @Override
    protected final void read(Tensor x, Object target) {
        System.arraycopy(HeapStorage.array(x), HeapStorage.offset(x), target, 0, (int) x.size());
    }

    @Override
    protected final void fill(Tensor x, double value) {
        int from = HeapStorage.offset(x);
        int to = from + (int) x.size();
        Object array = HeapStorage.array(x);
        switch (x.dtype()) {
            case F32 -> Arrays.fill((float[]) array, from, to, (float) value);
            case F64 -> Arrays.fill((double[]) array, from, to, value);
            case I32 -> Arrays.fill((int[]) array, from, to, (int) value);
            case I64 -> Arrays.fill((long[]) array, from, to, (long) value);
            case BOOL -> Arrays.fill((byte[]) array, from, to, (byte) (value != 0 ? 1 : 0));
        }
    }

    @Override
    protected void convert(Tensor x, Tensor y) {
        Elements from = Elements.of(x);
        Elements to = Elements.of(y);
        int size = (int) x.size();
        if (x.dtype().isFloating() || y.dtype().isFloating()) {
            for (int i = 0; i < size; i++) {
                to.set(i, from.get(i));
            }
        } else {
            for (int i = 0; i < size; i++) {
                to.setLong(i, from.getLong(i));
            }
        }
    }

    @Override
    protected final void copy(
            Tensor x, long from, long[] fromStrides, Tensor y, long to, long[] toStrides, int[] extents) {
        StridedCopy.copy(
                HeapStorage.array(x),
                x.offset() + from,
                fromStrides,
                HeapStorage.array(y),
                y.offset() + to,
                toStrides,
                extents);
    }

    @Override
    protected final void argSort(Tensor x, int axis, boolean descending, Tensor y) {
        ArgSort.sort(x, axis, descending, y);
    }

    @Override
    protected final void checkDivisor(Tensor b) {
        Elements divisor = Elements.of(b);
        for (int i = 0; i < b.size(); i++) {
            if (divisor.getLong(i) == 0) {
                throw divisionByZero(b, i);
            }
        }
    }

    @Override
    protected final void checkIndices(Operation operation, Tensor index, int extent) {
        Elements from = Elements.of(index);
        for (int i = 0; i < index.size(); i++) {
            long value = from.getLong(i);
            if (value < 0 || value >= extent) {
                throw ResultShapes.indexOutOfRange(operation, value, i, extent);
            }
        }
    }

    private static int[] numbers(Tensor index) {
        Elements from = Elements.of(index);
        int[] numbers = new int[(int) index.size()];
        Arrays.setAll(numbers, i -> (int) from.getLong(i));
        return numbers;
    }

    @Override
    protected final void indexSelect(Tensor x, int axis, Tensor index, Tensor y) {
        indexSelect(x, axis, numbers(index), y);
    }

    /** y = the slices of x that {@code indices} name; any dtype. */
    protected abstract void indexSelect(Tensor x, int axis, int[] indices, Tensor y);

    @Override
    protected final void indexAdd(Tensor x, int axis, Tensor index, Tensor source, Tensor y) {
        indexAdd(x, axis, numbers(index), source, y);
    }

    /** y = x plus the slices of {@code source} at the places that {@code indices} name; floating or integer. */
    protected abstract void indexAdd(Tensor x, int axis, int[] indices, Tensor source, Tensor y);

    @Override
    protected final void gather(Tensor x, int axis, Tensor index, Tensor y) {
        gather(x, axis, numbers(index), y);
    }

    /** y = the elements of x that {@code indices}, of y's shape, name; any dtype. */
    protected abstract void gather(Tensor x, int axis, int[] indices, Tensor y);

    @Override
    protected final void scatterAdd(Tensor x, int axis, Tensor index, Tensor source, Tensor y) {
        scatterAdd(x, axis, numbers(index), source, y);
    }

    /** y = x plus each element of {@code source} at the place that {@code indices}, of its shape, names; floating or integer. */
    protected abstract void scatterAdd(Tensor x, int axis, int[] indices, Tensor source, Tensor y);
}
