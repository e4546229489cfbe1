package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.MatmulPrecision;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Matrix products: by the vendor's library if there is one, else in tiles on a GPU ({@link Tiling}), in vector registers on a CPU ({@link WideTile}). */
final class Products {
    /** Work-items along each side of a group for GPUs. */
    static final int SIDE = 16;

    private final DeviceMovement ops;
    private DeviceTuning tuning;
    /** Null where products are made in tiles. */
    WideTile wide;

    Products(DeviceMovement ops) {
        this.ops = ops;
        use(DeviceTuning.of(ops.device.traits()));
    }

    DeviceTuning tuning() {
        return tuning;
    }

    /** @throws IllegalArgumentException if the device has not the local memory for tiles of that shape */
    void use(DeviceTuning other) {
        DeviceTraits traits = ops.device.traits();
        long needed =
                2L * other.tileStep() * SIDE * other.tileMicro() * (traits.doubles() ? Double.BYTES : Float.BYTES);
        if (!traits.cpu() && needed > traits.localMemory()) {
            throw new IllegalArgumentException("Tiles of " + other + " need " + needed + " bytes of local memory, "
                    + ops.device.describe() + " has " + traits.localMemory());
        }
        tuning = other;
        wide = traits.cpu() ? new WideTile(other.wideRows(), other.wideBytes()) : null;
    }

    /**
     * The kernels for sums of k products, m x n of them, on a GPU, by rule the best first.
     *
     * @param aligned see {@link Tiling#aligned}
     */
    List<Tiling> tilings(DType type, int m, int n, long k, int batch, boolean aligned) {
        Optional<MatmulPrecision> precision = ops.device.matrixPrecision();
        if (precision.isPresent() && type == DType.F32 && k > 0) {
            return Tiling.matrix(tuning, precision.get(), m, n, batch, aligned);
        }
        return List.of(
                precision.isPresent() ? Tiling.compiled() : Tiling.common(tuning.tileMicro(), tuning.tileStep()));
    }

    /** y [rows, out] = x [rows, in] weight^T + bias. */
    void linear(Tensor x, Tensor weight, int rows, Tensor bias, Tensor y) {
        gemm(x, weight, GemmSpec.dense(rows, weight.dim(0), weight.dim(1), false, true), bias, y);
    }

    /** The products of {@code spec}, plus a bias by column if there is one. */
    void gemm(Tensor a, Tensor b, GemmSpec spec, Tensor bias, Tensor c) {
        if (spec.m() == 0 || spec.n() == 0) {
            return;
        }
        int batch = spec.batch1() * spec.batch2();
        Epilogue epilogue = new Epilogue(bias, null, false);
        if (ops.device.productLibrary().isPresent() && bias == null && spec.k() > 0) {
            ops.queue.gemm(spec, a, b, c);
            return;
        }
        if (wide == null) {
            Tiling tiling = tilings(c.dtype(), spec.m(), spec.n(), spec.k(), batch, aligned(a, b, spec))
                    .get(0);
            tiling.gemm(ops.queue, c.dtype(), spec)
                    .struct(struct(spec))
                    .in(a, spec.a().offset())
                    .in(b, spec.b().offset())
                    .struct(epilogue.struct())
                    .in(bias == null ? a : bias)
                    .out(c, spec.c().offset(), null)
                    .computes(2.0 * spec.m() * spec.n() * spec.k() * batch)
                    .over(tiling.grid(spec.m(), spec.n(), batch));
            return;
        }
        int rowStride = spec.transposeB() ? 1 : spec.b().ld();
        int columnStride = spec.transposeB() ? spec.b().ld() : 1;
        Panels panels = new Panels(1, spec.k(), spec.n(), 0, rowStride, columnStride);
        Panels.Batch batches =
                new Panels.Batch(spec.batch1(), spec.batch2(), (int) spec.b().stride1(), (int)
                        spec.b().stride2());
        try (Tensor packed = pack(b, spec.b().offset(), panels, batches)) {
            wide.kernel(ops.queue, c.dtype(), "gemm_wide")
                    .struct(struct(spec))
                    .in(a, spec.a().offset())
                    .in(packed)
                    .struct(epilogue.struct())
                    .in(bias == null ? a : bias)
                    .out(c, spec.c().offset(), null)
                    .computes(2.0 * spec.m() * spec.n() * spec.k() * batch)
                    .over(wide.grid(spec.m(), spec.n(), batch, c.dtype()));
        }
    }

    private static boolean aligned(Tensor a, Tensor b, GemmSpec spec) {
        return aligned(a, spec.a(), spec.transposeA() ? spec.m() : spec.k())
                && aligned(b, spec.b(), spec.transposeB() ? spec.k() : spec.n());
    }

    private static boolean aligned(Tensor x, GemmSpec.Layout layout, int consecutive) {
        return Tiling.aligned(
                x.offset() + layout.offset(), layout.ld(), layout.stride1(), layout.stride2(), consecutive);
    }

    static int ceil(int a, int b) {
        return a / b + (a % b == 0 ? 0 : 1);
    }

    private static int[] struct(GemmSpec spec) {
        GemmSpec.Layout a = spec.a();
        GemmSpec.Layout b = spec.b();
        GemmSpec.Layout c = spec.c();
        return new int[] {
            spec.m(),
            spec.n(),
            spec.k(),
            spec.batch2(),
            spec.transposeA() ? 1 : a.ld(),
            spec.transposeA() ? a.ld() : 1,
            (int) a.stride1(),
            (int) a.stride2(),
            spec.transposeB() ? 1 : b.ld(),
            spec.transposeB() ? b.ld() : 1,
            (int) b.stride1(),
            (int) b.stride2(),
            c.ld(),
            (int) c.stride1(),
            (int) c.stride2()
        };
    }

    /**
     * How the elements of B lie: element (tap, i) of column j is at tap*tapStride + i*innerStride + j*columnStride.
     *
     * @param taps positions of a window, 1 for a matrix
     * @param inner elements at each
     */
    record Panels(int taps, int inner, int columns, int tapStride, int innerStride, int columnStride) {
        /** outer x inner matrices and how far they lie apart. */
        record Batch(int outer, int inner, int outerStride, int innerStride) {}
    }

    /** B in panels of as many columns as a vector has lanes; the caller closes it. */
    Tensor pack(Tensor b, long offset, Panels p, Panels.Batch batch) {
        int lanes = wide.lanes(b.dtype());
        int panels = ceil(p.columns, lanes);
        int count = batch.outer * batch.inner;
        Shape shape = Shape.of(count, panels, p.taps * p.inner, lanes);
        return ops.temporary(shape, b.dtype(), packed -> wide.kernel(ops.queue, b.dtype(), "wide_pack")
                .number(p.taps)
                .number(p.inner)
                .number(p.columns)
                .number(p.tapStride)
                .number(p.innerStride)
                .number(p.columnStride)
                .number(batch.inner)
                .number(batch.outerStride)
                .number(batch.innerStride)
                .in(b, offset)
                .out(packed)
                .over(Grid.of(p.taps * p.inner, panels, count)));
    }

    /**
     * The sums that a work-item of the kernels for CPUs holds in registers.
     *
     * @param rows of sums
     * @param bytes of a vector of sums
     */
    record WideTile(int rows, int bytes) {
        /** Work-items of a group: enough that a group is worth handing to a core. */
        private static final int GROUP = 8;

        int lanes(DType type) {
            return bytes / type.bytes();
        }

        Launch kernel(DeviceQueue queue, DType type, String function) {
            return queue.kernel("wide", type, new TreeMap<>(Map.of("ROWS", rows, "LANES", lanes(type))), function);
        }

        /** For m rows and n columns. */
        Grid grid(int m, int n, int batch, DType type) {
            return new Grid(ceil(m, rows), ceil(n, lanes(type)), batch, GROUP, 1);
        }

        /** For the gradient of a weight: outputs by taps and channels. */
        Grid weightGrid(int outputs, int taps, int channels, int batch, DType type) {
            return new Grid(ceil(outputs, rows), taps * ceil(channels, lanes(type)), batch, 1, GROUP);
        }
    }
}
