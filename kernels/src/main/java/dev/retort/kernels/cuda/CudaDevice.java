package dev.retort.kernels.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_INTEGRATED;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED;
import static jcuda.driver.CUevent_flags.CU_EVENT_DEFAULT;
import static jcuda.driver.CUevent_flags.CU_EVENT_DISABLE_TIMING;
import static jcuda.driver.CUstream_flags.CU_STREAM_NON_BLOCKING;
import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventElapsedTime;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemAllocAsync;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemFreeAsync;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemHostAlloc;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuModuleUnload;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import dev.retort.kernels.device.Arguments;
import dev.retort.kernels.device.CacheFolder;
import dev.retort.kernels.device.Device;
import dev.retort.kernels.device.DeviceMemoryException;
import dev.retort.kernels.device.DeviceTraits;
import dev.retort.kernels.device.Grid;
import dev.retort.kernels.device.HostArrays;
import dev.retort.kernels.device.Kernel;
import dev.retort.kernels.device.KernelUnit;
import dev.retort.kernels.device.ProductLibrary;
import dev.retort.kernels.device.Profile;
import dev.retort.kernels.device.Staging;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.MatmulPrecision;
import java.lang.reflect.Array;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;

/** An NVIDIA GPU with one stream, in the context that it shares with NVIDIA's libraries. */
final class CudaDevice implements Device {
    private static final System.Logger LOG = System.getLogger(CudaDevice.class.getName());

    /** System property: whether the ways to compute a convolution are measured or taken by rule. */
    static final String AUTOTUNE_PROPERTY = "retort.cuda.choices";

    private static final String RECORDED = "launch of work recorded as a graph";

    /** Kernels whose events are kept until they are read. */
    private static final int MOST_MEASURED = 4096;

    /** Device memory, whose address kernels are given as a number. */
    private static final class Buffer extends CUdeviceptr implements Block {
        private final long bytes;

        Buffer(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        long address() {
            return getNativePointer();
        }
    }

    /** A kernel on the queue whose time is asked for. */
    private record Measured(Kernel kernel, Arguments arguments, Profile profile, CUevent start, CUevent end) {}

    private final Gpu gpu;
    private final MatmulPrecision precision;
    private final CUdevice device;
    private final DeviceTraits traits;
    private final boolean pools;
    private final CUcontext context = new CUcontext();
    private final CUstream stream = new CUstream();
    private final Pointer ring = new Pointer();
    private final Staging<Buffer, CUevent> staging;
    private final ArgumentBuffer parameters = new ArgumentBuffer();
    private final Map<KernelUnit, CUmodule> modules = new HashMap<>();
    private final Map<Kernel, CUfunction> functions = new HashMap<>();
    private final List<Measured> measured = new ArrayList<>();
    /** Null where cuBLAS does not load. */
    private final CublasProducts cublas;
    /** Null where work is not to be gathered. */
    private final Graphs graphs;

    private boolean closed;

    /**
     * @param library whether cuBLAS is to make products of matrices, where it loads
     * @param recorded whether work that repeats is to be put on the stream as graphs
     */
    CudaDevice(Gpu gpu, MatmulPrecision precision, boolean library, boolean recorded) {
        this.gpu = gpu;
        this.precision = precision;
        device = CudaDriver.device(gpu.index());
        traits = traits(gpu, device);
        pools = CudaDriver.attribute(device, CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED) != 0;
        boolean retained = false;
        try {
            cuDevicePrimaryCtxRetain(context, device);
            retained = true;
            cuCtxSetCurrent(context);
            cuStreamCreate(stream, CU_STREAM_NON_BLOCKING);
            cuMemHostAlloc(ring, Staging.RING_BYTES, 0);
        } catch (CudaException e) {
            RuntimeException failure = failed("opening", e);
            if (retained) {
                release(failure, () -> cuDevicePrimaryCtxRelease(device));
            }
            throw failure;
        }
        graphs = recorded ? new Graphs(stream) : null;
        cublas = library ? cublas() : null;
        staging = new Staging<>(ring.getByteBuffer(0, Staging.RING_BYTES).order(ByteOrder.nativeOrder()), new Copies());
    }

    /** cuBLAS, or null where it does not load or, though it loads, does not start: as one that is newer than the driver. */
    private CublasProducts cublas() {
        if (!CublasLibrary.probe().usable()) {
            return null;
        }
        try {
            return new CublasProducts(context, stream, precision);
        } catch (CudaException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} does not start on {1} ({2}): Retort''s own kernels make matrix products. Is it newer than the driver?",
                    CublasLibrary.probe().reason(),
                    gpu,
                    e.getMessage());
            return null;
        }
    }

    private static DeviceTraits traits(Gpu gpu, CUdevice device) {
        return new DeviceTraits(
                gpu.name(),
                "NVIDIA",
                false,
                true,
                CudaDriver.attribute(device, CU_DEVICE_ATTRIBUTE_INTEGRATED) != 0,
                CudaDriver.attribute(device, CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
                CudaDriver.attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
                gpu.memory(),
                gpu.memory());
    }

    /** Copies out of the ring. */
    private final class Copies implements Staging.Driver<Buffer, CUevent> {
        @Override
        public CUevent copy(int start, int bytes, Buffer to, long offset) {
            cuMemcpyHtoDAsync(to.withByteOffset(offset), ring.withByteOffset(start), bytes, stream);
            return record(CU_EVENT_DISABLE_TIMING);
        }

        @Override
        public void flush() {
            // The driver begins by itself.
        }

        @Override
        public void await(CUevent event) {
            cuEventSynchronize(event);
            cuEventDestroy(event);
        }
    }

    private CUevent record(int flags) {
        CUevent event = new CUevent();
        cuEventCreate(event, flags);
        cuEventRecord(event, stream);
        return event;
    }

    @Override
    public String describe() {
        return gpu + ", float32 and float64"
                + (precision == MatmulPrecision.FP32 ? "" : ", products of float32 in " + precision)
                + (cublas == null ? "" : ", matrix products by cuBLAS")
                + (graphs == null ? "" : ", what repeats as CUDA graphs");
    }

    @Override
    public Optional<ProductLibrary> productLibrary() {
        return Optional.ofNullable(cublas == null || graphs == null ? cublas : this::gather);
    }

    private void gather(DType type, GemmSpec spec, Block a, long aFirst, Block b, long bFirst, Block c, long cFirst) {
        cuCtxSetCurrent(context);
        List<Block> blocks = List.of(a, b, c);
        List<Object> what = new ArrayList<>(List.of(type, spec, aFirst, bFirst, cFirst));
        blocks.forEach(block -> what.add(((Buffer) block).address()));
        gather(new LibraryCall(what, () -> cublas.gemm(type, spec, a, aFirst, b, bFirst, c, cFirst)), blocks);
    }

    private void gather(Graphs.Piece piece, List<Block> blocks) {
        try {
            graphs.add(piece, blocks);
        } catch (CudaException e) {
            throw failed(RECORDED, e);
        }
    }

    @Override
    public Optional<MatmulPrecision> matrixPrecision() {
        return Optional.of(precision);
    }

    /** A file for this kind of GPU, this driver, and cuBLAS if it serves; none if {@value #AUTOTUNE_PROPERTY} is {@code rules}. */
    @Override
    public Optional<Path> autotuneFile() {
        String wanted = System.getProperty(AUTOTUNE_PROPERTY, "measured");
        if (!wanted.equals("measured") && !wanted.equals("rules")) {
            throw new IllegalArgumentException(
                    "System property " + AUTOTUNE_PROPERTY + " is 'measured' or 'rules', not '" + wanted + "'");
        }
        String name = gpu.name().replaceAll("[^A-Za-z0-9]+", "-") + "-cuda-"
                + CudaDriver.probe().version() + (cublas == null ? "" : "-cublas");
        return wanted.equals("rules")
                ? Optional.empty()
                : Optional.of(CacheFolder.of("cuda").resolve("choices-" + name + ".txt"));
    }

    @Override
    public DeviceTraits traits() {
        return traits;
    }

    @Override
    public Block allocate(long bytes) {
        cuCtxSetCurrent(context);
        Buffer buffer = new Buffer(bytes);
        try {
            if (pools) {
                cuMemAllocAsync(buffer, bytes, stream);
            } else {
                cuMemAlloc(buffer, bytes);
            }
            return buffer;
        } catch (CudaException e) {
            throw failed("allocation of " + bytes + " bytes", e);
        }
    }

    @Override
    public void free(Block block) {
        cuCtxSetCurrent(context);
        flush();
        if (pools) {
            cuMemFreeAsync((Buffer) block, stream);
        } else {
            cuMemFree((Buffer) block);
        }
    }

    @Override
    public void write(Object array, int length, Block to, long offset) {
        cuCtxSetCurrent(context);
        if (graphs != null && graphs.uses(to)) {
            flush();
        }
        try {
            staging.write(array, length, (Buffer) to, offset);
        } catch (CudaException e) {
            throw failed("host-to-device copy of " + length + " elements", e);
        }
    }

    @Override
    public void read(Block from, long offset, Object array) {
        flush();
        synchronize();
        try {
            cuMemcpyDtoH(
                    Pointer.to(HostArrays.buffer(array)),
                    ((Buffer) from).withByteOffset(offset),
                    HostArrays.bytes(array));
        } catch (CudaException e) {
            throw failed("device-to-host copy of " + Array.getLength(array) + " elements", e);
        }
    }

    @Override
    public void launch(Kernel kernel, Grid grid, Arguments arguments, Profile profile) {
        cuCtxSetCurrent(context);
        Grid folded = grid.folded(Grid.MOST_CUDA_GROUPS);
        CUfunction function = functions.computeIfAbsent(kernel, this::function);
        KernelCall call = new KernelCall(function, folded, values(arguments), parameters);
        if (graphs != null && profile == null) {
            gather(call, blocks(arguments));
            return;
        }
        flush();
        try {
            CUevent start = profile == null ? null : record(CU_EVENT_DEFAULT);
            call.put(stream);
            if (profile != null) {
                measured.add(new Measured(kernel, arguments, profile, start, record(CU_EVENT_DEFAULT)));
            }
        } catch (CudaException e) {
            throw failed("launch of " + kernel + " on a grid of " + folded, e);
        }
        if (measured.size() >= MOST_MEASURED) {
            synchronize();
            collect();
        }
    }

    private static List<Object> values(Arguments arguments) {
        List<Object> values = new ArrayList<>();
        for (Object value : arguments.values()) {
            if (value instanceof Buffer buffer) {
                values.add(buffer.address());
            } else {
                values.add(value instanceof int[] struct ? IntBuffer.wrap(struct) : value);
            }
        }
        return values;
    }

    private static List<Block> blocks(Arguments arguments) {
        List<Block> blocks = new ArrayList<>();
        for (Object value : arguments.values()) {
            if (value instanceof Block block) {
                blocks.add(block);
            }
        }
        return blocks;
    }

    /** Puts what was gathered on the stream. */
    private void flush() {
        if (graphs != null) {
            try {
                graphs.flush();
            } catch (CudaException e) {
                throw failed(RECORDED, e);
            }
        }
    }

    private CUfunction function(Kernel kernel) {
        CUfunction function = new CUfunction();
        try {
            cuModuleGetFunction(function, modules.computeIfAbsent(kernel.unit(), this::load), kernel.function());
            return function;
        } catch (CudaException e) {
            throw failed("lookup of kernel " + kernel, e);
        }
    }

    private CUmodule load(KernelUnit unit) {
        CUmodule module = new CUmodule();
        try {
            cuModuleLoadData(module, Ptx.text(unit));
            return module;
        } catch (CudaException e) {
            throw failed("loading of the kernels " + unit, e);
        }
    }

    /** The exception for a call that the driver refused; {@code what} names the call. */
    private RuntimeException failed(String what, CudaException e) {
        return CudaDriver.says(e, CUresult.CUDA_ERROR_OUT_OF_MEMORY)
                ? new DeviceMemoryException(
                        gpu + ": " + what + " failed, out of memory: close tensors, or use a smaller batch or image", e)
                : new CudaDriverException(gpu + ": " + what + " failed: " + e.getMessage(), e);
    }

    private void synchronize() {
        cuCtxSetCurrent(context);
        try {
            cuStreamSynchronize(stream);
        } catch (CudaException e) {
            throw failed("an earlier kernel", e);
        }
    }

    @Override
    public void finish() {
        cuCtxSetCurrent(context);
        flush();
        synchronize();
        collect();
        staging.drain();
    }

    /** Tells the times of kernels, all of which have run. */
    private void collect() {
        float[] milliseconds = new float[1];
        for (Measured m : measured) {
            cuEventElapsedTime(milliseconds, m.start, m.end);
            m.profile.add(m.kernel, milliseconds[0] / 1e3, m.arguments);
            cuEventDestroy(m.start);
            cuEventDestroy(m.end);
        }
        measured.clear();
    }

    /** Gives everything back, also after an error that stays: then the driver refuses most of it, and the first refusal is thrown. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        RuntimeException failure = new CudaDriverException(gpu + ": release of its memory failed", null);
        release(failure, this::finish);
        if (graphs != null) {
            release(failure, graphs::close);
        }
        if (cublas != null) {
            release(failure, cublas::close);
        }
        modules.values().forEach(module -> release(failure, () -> cuModuleUnload(module)));
        release(failure, () -> cuMemFreeHost(ring));
        release(failure, () -> cuStreamDestroy(stream));
        release(failure, () -> cuDevicePrimaryCtxRelease(device));
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }

    private static void release(RuntimeException failure, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException refused) {
            failure.addSuppressed(refused);
        }
    }
}
