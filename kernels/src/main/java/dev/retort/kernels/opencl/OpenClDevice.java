package dev.retort.kernels.opencl;

import static org.jocl.CL.CL_CONTEXT_PLATFORM;
import static org.jocl.CL.CL_DEVICE_DOUBLE_FP_CONFIG;
import static org.jocl.CL.CL_DEVICE_GLOBAL_MEM_SIZE;
import static org.jocl.CL.CL_DEVICE_HOST_UNIFIED_MEMORY;
import static org.jocl.CL.CL_DEVICE_LOCAL_MEM_SIZE;
import static org.jocl.CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE;
import static org.jocl.CL.CL_DEVICE_MAX_WORK_GROUP_SIZE;
import static org.jocl.CL.CL_DEVICE_NAME;
import static org.jocl.CL.CL_DEVICE_SINGLE_FP_CONFIG;
import static org.jocl.CL.CL_DEVICE_TYPE;
import static org.jocl.CL.CL_DEVICE_TYPE_CPU;
import static org.jocl.CL.CL_DEVICE_VENDOR;
import static org.jocl.CL.CL_DEVICE_VERSION;
import static org.jocl.CL.CL_DRIVER_VERSION;
import static org.jocl.CL.CL_KERNEL_WORK_GROUP_SIZE;
import static org.jocl.CL.CL_MEM_OBJECT_ALLOCATION_FAILURE;
import static org.jocl.CL.CL_MEM_READ_WRITE;
import static org.jocl.CL.CL_OUT_OF_HOST_MEMORY;
import static org.jocl.CL.CL_OUT_OF_RESOURCES;
import static org.jocl.CL.CL_PROFILING_COMMAND_END;
import static org.jocl.CL.CL_PROFILING_COMMAND_START;
import static org.jocl.CL.CL_QUEUE_PROFILING_ENABLE;
import static org.jocl.CL.CL_TRUE;
import static org.jocl.CL.clCreateBuffer;
import static org.jocl.CL.clCreateContext;
import static org.jocl.CL.clCreateKernel;
import static org.jocl.CL.clEnqueueNDRangeKernel;
import static org.jocl.CL.clEnqueueReadBuffer;
import static org.jocl.CL.clFinish;
import static org.jocl.CL.clFlush;
import static org.jocl.CL.clGetEventProfilingInfo;
import static org.jocl.CL.clGetKernelWorkGroupInfo;
import static org.jocl.CL.clReleaseCommandQueue;
import static org.jocl.CL.clReleaseContext;
import static org.jocl.CL.clReleaseEvent;
import static org.jocl.CL.clReleaseKernel;
import static org.jocl.CL.clReleaseMemObject;
import static org.jocl.CL.clSetKernelArg;

import dev.retort.kernels.device.Arguments;
import dev.retort.kernels.device.Device;
import dev.retort.kernels.device.DeviceMemoryException;
import dev.retort.kernels.device.DeviceTraits;
import dev.retort.kernels.device.Grid;
import dev.retort.kernels.device.HostArrays;
import dev.retort.kernels.device.Kernel;
import dev.retort.kernels.device.KernelSource;
import dev.retort.kernels.device.KernelUnit;
import dev.retort.kernels.device.Profile;
import dev.retort.kernels.device.Staging;
import dev.retort.kernels.opencl.OpenClPlatforms.Found;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_event;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_program;

/** A device of an OpenCL 1.2 driver, or a later one, with one in-order queue. */
final class OpenClDevice implements Device {
    /** Kernels whose events are kept until they are read. */
    private static final int MOST_MEASURED = 4096;

    /** Kernels after which a driver that gathers them is told to begin. */
    private static final int FLUSH_AFTER = 32;

    private static final int CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT = 1 << 7;

    private record Buffer(cl_mem memory, long bytes) implements Block {}

    /** A kernel of a program, and the most work-items in a group that it runs with: fewer than the device's where it needs many registers. */
    private record Function(cl_kernel kernel, long limit) {}

    private final Found found;
    private final DeviceTraits traits;
    private final cl_context context;
    private final cl_command_queue queue;
    private final OpenClPrograms programs;
    private final Staging<cl_mem, cl_event> staging;
    private final Map<KernelUnit, cl_program> built = new HashMap<>();
    private final Map<Kernel, Function> kernels = new HashMap<>();
    private final List<Measured> measured = new ArrayList<>();
    /** Whether it can be asked to round float32 quotients and roots correctly. */
    private final boolean roundsDivisions;

    private int unflushed;
    private boolean closed;

    /** A kernel on the queue whose time is asked for. */
    private record Measured(Kernel kernel, Arguments arguments, Profile profile, cl_event event) {}

    /** @param cache the folder for compiled kernels, or null for none */
    OpenClDevice(Found found, Path cache) {
        this.found = found;
        traits = traits(found.id());
        long precision = OpenClPlatforms.number(found.id(), CL_DEVICE_SINGLE_FP_CONFIG);
        roundsDivisions = (precision & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL_CONTEXT_PLATFORM, found.platform());
        cl_device_id[] devices = {found.id()};
        context = clCreateContext(properties, 1, devices, null, null, null);
        queue = createQueue(context, found.id());
        String identity = found + ", " + OpenClPlatforms.text(found.id(), CL_DEVICE_VERSION) + ", driver "
                + OpenClPlatforms.text(found.id(), CL_DRIVER_VERSION);
        programs = new OpenClPrograms(context, found.id(), identity, cache);
        ByteBuffer ring = ByteBuffer.allocateDirect(Staging.RING_BYTES).order(ByteOrder.nativeOrder());
        staging = new Staging<>(ring, new Uploads(queue, Pointer.to(ring)));
    }

    /** By the call of OpenCL 1.2, which every driver has; the later one is missing from some. */
    @SuppressWarnings("deprecation")
    private static cl_command_queue createQueue(cl_context context, cl_device_id device) {
        return CL.clCreateCommandQueue(context, device, CL_QUEUE_PROFILING_ENABLE, null);
    }

    private static DeviceTraits traits(cl_device_id id) {
        return new DeviceTraits(
                OpenClPlatforms.text(id, CL_DEVICE_NAME),
                OpenClPlatforms.text(id, CL_DEVICE_VENDOR),
                (OpenClPlatforms.number(id, CL_DEVICE_TYPE) & CL_DEVICE_TYPE_CPU) != 0,
                OpenClPlatforms.number(id, CL_DEVICE_DOUBLE_FP_CONFIG) != 0,
                OpenClPlatforms.number(id, CL_DEVICE_HOST_UNIFIED_MEMORY) != 0,
                (int) OpenClPlatforms.number(id, CL_DEVICE_MAX_WORK_GROUP_SIZE),
                OpenClPlatforms.number(id, CL_DEVICE_LOCAL_MEM_SIZE),
                OpenClPlatforms.number(id, CL_DEVICE_GLOBAL_MEM_SIZE),
                OpenClPlatforms.number(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE));
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%s, float32%s, %.1f GB%s",
                found,
                traits.doubles() ? " and float64" : "",
                traits.memory() / 1e9,
                traits.unified() ? " shared with the host" : "");
    }

    @Override
    public DeviceTraits traits() {
        return traits;
    }

    @Override
    public Block allocate(long bytes) {
        if (bytes > traits.largestBlock()) {
            throw new DeviceMemoryException(
                    found + " allocates at most " + traits.largestBlock() + " bytes at once, asked for " + bytes, null);
        }
        try {
            return new Buffer(clCreateBuffer(context, CL_MEM_READ_WRITE, bytes, null, null), bytes);
        } catch (CLException e) {
            throw new DeviceMemoryException(found + " does not allocate " + bytes + " bytes: " + e.getMessage(), e);
        }
    }

    @Override
    public void free(Block block) {
        clReleaseMemObject(((Buffer) block).memory);
    }

    @Override
    public void write(Object array, int length, Block to, long offset) {
        try {
            staging.write(array, length, ((Buffer) to).memory, offset);
        } catch (CLException e) {
            throw failed("host-to-device copy of " + length + " elements", e);
        }
    }

    @Override
    public void read(Block from, long offset, Object array) {
        Pointer target = Pointer.to(HostArrays.buffer(array));
        long bytes = HostArrays.bytes(array);
        // First, because the copy holds up the collector for as long as it takes.
        clFinish(queue);
        clEnqueueReadBuffer(queue, ((Buffer) from).memory, CL_TRUE, offset, bytes, target, 0, null, null);
    }

    @Override
    public void launch(Kernel kernel, Grid grid, Arguments arguments, Profile profile) {
        Function known = kernels.computeIfAbsent(kernel, this::create);
        checkGroup(found.toString(), kernel, known.limit, grid);
        cl_kernel function = known.kernel;
        List<Object> values = arguments.values();
        for (int i = 0; i < values.size(); i++) {
            set(function, i, values.get(i));
        }
        cl_event event = profile == null ? null : new cl_event();
        try {
            clEnqueueNDRangeKernel(
                    queue,
                    function,
                    3,
                    null,
                    new long[] {grid.paddedX(), grid.paddedY(), grid.z()},
                    new long[] {grid.groupX(), grid.groupY(), 1},
                    0,
                    null,
                    event);
        } catch (CLException e) {
            throw failed("launch of " + kernel + " in groups of " + grid.groupX() + " x " + grid.groupY(), e);
        }
        if (++unflushed >= FLUSH_AFTER) {
            unflushed = 0;
            clFlush(queue);
        }
        if (event != null) {
            measured.add(new Measured(kernel, arguments, profile, event));
            if (measured.size() >= MOST_MEASURED) {
                clFinish(queue);
                collect();
            }
        }
    }

    /**
     * Refuses groups that are too large for a kernel, though not for its device.
     *
     * @param limit the most work-items in a group of this kernel
     */
    static void checkGroup(String device, Kernel kernel, long limit, Grid grid) {
        if ((long) grid.groupX() * grid.groupY() > limit) {
            String product = kernel.unit().file().equals("tiled")
                    ? "set a smaller tile.micro in a file that the environment's RETORT_DEVICE_TUNING names, "
                    : "";
            throw new OpenClException(
                    device + " runs " + kernel + " in groups of at most " + limit + " work-item(s), asked for "
                            + grid.groupX() + " x " + grid.groupY() + ": " + product
                            + "choose another device, or compute with simd",
                    null);
        }
    }

    private static void set(cl_kernel function, int index, Object value) {
        if (value instanceof Buffer buffer) {
            clSetKernelArg(function, index, Sizeof.cl_mem, Pointer.to(buffer.memory));
        } else if (value instanceof int[] struct) {
            clSetKernelArg(function, index, (long) Sizeof.cl_int * struct.length, Pointer.to(struct));
        } else if (value instanceof Integer number) {
            clSetKernelArg(function, index, Sizeof.cl_int, Pointer.to(new int[] {number}));
        } else if (value instanceof Float number) {
            clSetKernelArg(function, index, Sizeof.cl_float, Pointer.to(new float[] {number}));
        } else if (value instanceof Double number) {
            clSetKernelArg(function, index, Sizeof.cl_double, Pointer.to(new double[] {number}));
        } else if (value instanceof Long number) {
            clSetKernelArg(function, index, Sizeof.cl_long, Pointer.to(new long[] {number}));
        } else {
            clSetKernelArg(function, index, Sizeof.cl_uchar, Pointer.to(new byte[] {(Byte) value}));
        }
    }

    private Function create(Kernel kernel) {
        cl_kernel made = clCreateKernel(built.computeIfAbsent(kernel.unit(), this::build), kernel.function(), null);
        long[] limit = new long[1];
        clGetKernelWorkGroupInfo(made, found.id(), CL_KERNEL_WORK_GROUP_SIZE, Sizeof.size_t, Pointer.to(limit), null);
        return new Function(made, limit[0]);
    }

    private cl_program build(KernelUnit unit) {
        StringBuilder options = new StringBuilder("-cl-std=CL1.2 -w");
        if (!traits.doubles()) {
            // A constant without a suffix is a float there.
            options.append(" -cl-single-precision-constant");
        }
        if (roundsDivisions) {
            options.append(" -cl-fp32-correctly-rounded-divide-sqrt");
        }
        unit.macros(traits.doubles()).forEach((name, value) -> options.append(" -D" + name + "=" + value));
        return programs.program(unit.file(), KernelSource.text("opencl.h", unit.file() + ".cl"), options.toString());
    }

    /** The exception for a call that the driver refused; a device that is full may say so only when memory is used. */
    private RuntimeException failed(String what, CLException e) {
        boolean full = e.getStatus() == CL_MEM_OBJECT_ALLOCATION_FAILURE
                || e.getStatus() == CL_OUT_OF_RESOURCES
                || e.getStatus() == CL_OUT_OF_HOST_MEMORY;
        return full
                ? new DeviceMemoryException(
                        found + ": " + what + " failed, out of memory (" + e.getMessage()
                                + "): close tensors, or use a smaller batch or image",
                        e)
                : new OpenClException(found + ": " + what + " failed: " + e.getMessage(), e);
    }

    @Override
    public void finish() {
        clFinish(queue);
        collect();
        staging.drain();
    }

    /** Tells the times of kernels, all of which have run. */
    private void collect() {
        List<Measured> all = List.copyOf(measured);
        measured.clear();
        for (Measured m : all) {
            long ended = time(m.event, CL_PROFILING_COMMAND_END);
            m.profile.add(m.kernel, (ended - time(m.event, CL_PROFILING_COMMAND_START)) / 1e9, m.arguments);
            clReleaseEvent(m.event);
        }
    }

    private static long time(cl_event event, int point) {
        long[] nanoseconds = new long[1];
        clGetEventProfilingInfo(event, point, Sizeof.cl_ulong, Pointer.to(nanoseconds), null);
        return nanoseconds[0];
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            finish();
            kernels.values().forEach(function -> clReleaseKernel(function.kernel));
            built.values().forEach(CL::clReleaseProgram);
            clReleaseCommandQueue(queue);
            clReleaseContext(context);
        }
    }
}
