package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import dev.retort.tensor.DeviceException;
import dev.retort.tensor.KernelProfiler;
import dev.retort.tensor.KernelTime;
import dev.retort.tensor.MemoryStatistics;
import dev.retort.tensor.Operation;
import dev.retort.tensor.ResultShapes;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.dense.DenseOperations;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Memory on the device: allocation, transfer, movement, and what is known of integers without a look at the device. */
abstract class DeviceMovement extends DenseOperations implements KernelProfiler {
    /** The most elements of a tensor: kernels count in 32 bits. */
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

    final DeviceQueue queue;
    final Device device;
    private final String name;
    final OptimizerScalars scalars;
    private final DeviceMemory memory;

    DeviceMovement(String name, Device device, long limit) {
        unsupportedReason(device).ifPresent(reason -> {
            throw new DeviceException(reason);
        });
        this.name = name;
        this.device = device;
        queue = new DeviceQueue(device);
        scalars = new OptimizerScalars(queue);
        memory = new DeviceMemory(queue, limit);
    }

    /** Why kernels cannot run on a device; empty if they can. */
    static Optional<String> unsupportedReason(Device device) {
        int needed = device.traits().cpu() ? Grid.GROUP : Products.SIDE * Products.SIDE;
        return device.traits().workGroup() >= needed
                ? Optional.empty()
                : Optional.of(
                        device.describe() + " runs at most " + device.traits().workGroup()
                                + " work-item(s) in a group, Retort's kernels need " + needed
                                + ": choose another device, or compute with simd");
    }

    static int size(Tensor x) {
        return (int) x.size();
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String describe() {
        return name + ": " + device.describe();
    }

    /** As {@link DenseOperations}, without F64 where the device does not compute in it. */
    @Override
    public final boolean supports(Operation operation, DType dtype) {
        return (dtype != DType.F64 || device.traits().doubles()) && super.supports(operation, dtype);
    }

    @Override
    public final void synchronize() {
        queue.finish();
    }

    @Override
    public final void startProfile() {
        queue.startProfile();
    }

    @Override
    public final List<KernelTime> profile() {
        return queue.profile();
    }

    /** How often each kernel was called so far, by its function and type. */
    public final Map<String, Long> launches() {
        return queue.launches();
    }

    @Override
    public final MemoryStatistics memory() {
        return memory.statistics();
    }

    /** Gives all memory back; that of tensors that are still open too, as the device itself is closed. */
    @Override
    public final void close() {
        try {
            scalars.close();
            memory.close();
        } finally {
            queue.close();
        }
    }

    @Override
    protected final Tensor allocate(Shape shape, DType dtype) {
        if (shape.size() > MOST_ELEMENTS) {
            throw new DeviceMemoryException(
                    "A tensor on a device holds at most " + MOST_ELEMENTS + " elements, asked for " + shape.size()
                            + " in shape " + shape + ": use a smaller batch or image",
                    null);
        }
        return new Tensor(this, shape, dtype, memory.allocate(shape.size() * dtype.bytes()), 0);
    }

    private static long byteOffset(Tensor x) {
        return x.offset() * x.dtype().bytes();
    }

    @Override
    protected final void write(Object values, Tensor x) {
        DeviceStorage storage = DeviceStorage.of(x);
        storage.wrote(Range.of(values));
        if (x.size() > 0) {
            queue.write(values, size(x), storage.block(), byteOffset(x));
        }
    }

    @Override
    protected final void read(Tensor x, Object target) {
        if (x.size() > 0) {
            queue.read(DeviceStorage.of(x).block(), byteOffset(x), target);
        }
    }

    @Override
    protected final void fill(Tensor x, double value) {
        queue.kernel("movement", x.dtype(), "fill")
                .number(size(x))
                .out(x, new Range((long) value, (long) value))
                .value(x.dtype(), value)
                .over(Grid.of(size(x)));
    }

    @Override
    protected final void convert(Tensor x, Tensor y) {
        Range range = x.dtype().isIndex() ? DeviceStorage.of(x).range() : null;
        boolean fits =
                range != null && (y.dtype() == DType.I64 || range.isInside(Integer.MIN_VALUE, Integer.MAX_VALUE));
        queue.kernel("movement", x.dtype(), "convert_" + y.dtype())
                .number(size(x))
                .in(x)
                .out(y, fits ? range : null)
                .over(Grid.of(size(x)));
    }

    @Override
    protected final void copy(
            Tensor x, long from, long[] fromStrides, Tensor y, long to, long[] toStrides, int[] extents) {
        Axes axes = Axes.of(extents, fromStrides, toStrides);
        try (Tensor source = apart(x, y)) {
            queue.kernel("movement", x.dtype(), "copy")
                    .struct(axes.walk())
                    .in(source, from)
                    .out(y, to, DeviceStorage.of(x).range())
                    .over(axes.grid());
        }
    }

    /** x, or a copy of it where y overlaps it at another place: work-items run in no order. For the caller to close. */
    final Tensor apart(Tensor x, Tensor y) {
        boolean same = x.offset() == y.offset() && x.shape().equals(y.shape());
        boolean overlap = x.offset() < y.offset() + y.size() && y.offset() < x.offset() + x.size();
        if (x.storage() != y.storage() || same || !overlap) {
            return x.alias();
        }
        return result(x.shape(), x.dtype(), copy -> copy(x, copy));
    }

    @Override
    protected final void checkDivisor(Tensor b) {
        Range range = DeviceStorage.of(b).range();
        if (range == null || !range.hasNo(0)) {
            long[] values = integers(b);
            for (int i = 0; i < values.length; i++) {
                if (values[i] == 0) {
                    throw divisionByZero(b, i);
                }
            }
        }
    }

    @Override
    protected final void checkIndices(Operation operation, Tensor index, int extent) {
        Range range = DeviceStorage.of(index).range();
        if (range == null || !range.isInside(0, extent - 1L)) {
            long[] values = integers(index);
            for (int i = 0; i < values.length; i++) {
                if (values[i] < 0 || values[i] >= extent) {
                    throw ResultShapes.indexOutOfRange(operation, values[i], i, extent);
                }
            }
        }
    }

    /** The values of an I32 or I64 tensor, for which the host waits. */
    private long[] integers(Tensor x) {
        long[] values = new long[size(x)];
        if (x.dtype() == DType.I64) {
            read(x, values);
        } else {
            int[] narrow = new int[values.length];
            read(x, narrow);
            Arrays.setAll(values, i -> narrow[i]);
        }
        return values;
    }

    /** As {@link #result} of the superclass, for the kernels' classes. */
    final Tensor temporary(Shape shape, DType dtype, Consumer<Tensor> compute) {
        return result(shape, dtype, compute);
    }

    /** y = x, as {@link #copy(Tensor, Tensor)} of the superclass, for the kernels' classes. */
    final void copyAll(Tensor x, Tensor y) {
        copy(x, y);
    }

    /** An I32 or I64 tensor as I32, for the caller to close. */
    final Tensor places(Tensor index) {
        return index.dtype() == DType.I32 ? index.alias() : cast(index, DType.I32);
    }
}
