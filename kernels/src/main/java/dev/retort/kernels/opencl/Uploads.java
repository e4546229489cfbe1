package dev.retort.kernels.opencl;

import static org.jocl.CL.clFlush;
import static org.jocl.CL.clReleaseEvent;
import static org.jocl.CL.clWaitForEvents;

import dev.retort.kernels.device.Staging;
import dev.retort.tensor.DeviceException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jocl.cl_mem;

/**
 * Copies out of the ring of {@link Staging}, which do not block. JOCL's public call for such a copy starts a thread for each, which waits
 * for its end so that the collector leaves the memory alone. The ring lives as long as its device and knows when a copy has run, so the call
 * behind that is made. (JOCL 2.0.6, CL.scheduleReferenceRelease.)
 *
 * @param ring the memory that copies come from
 */
record Uploads(cl_command_queue queue, Pointer ring) implements Staging.Driver<cl_mem, cl_event> {
    private static final Method WRITE = write();

    private static Method write() {
        try {
            Method write = CL.class.getDeclaredMethod(
                    "clEnqueueWriteBufferNative",
                    cl_command_queue.class,
                    cl_mem.class,
                    boolean.class,
                    long.class,
                    long.class,
                    Pointer.class,
                    int.class,
                    cl_event[].class,
                    cl_event.class);
            write.setAccessible(true);
            return write;
        } catch (NoSuchMethodException e) {
            throw new DeviceException("JOCL is not the version 2.0.6 that Retort calls: take org.jocl:jocl:2.0.6", e);
        }
    }

    @Override
    public cl_event copy(int start, int bytes, cl_mem to, long offset) {
        cl_event event = new cl_event();
        Pointer source = ring.withByteOffset(start);
        int status;
        try {
            status = (int) WRITE.invoke(null, queue, to, false, offset, (long) bytes, source, 0, null, event);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new DeviceException("Host-to-device copy by JOCL failed: " + e, e);
        }
        if (status != CL.CL_SUCCESS) {
            throw new CLException(CL.stringFor_errorCode(status), status);
        }
        return event;
    }

    @Override
    public void flush() {
        clFlush(queue);
    }

    @Override
    public void await(cl_event event) {
        clWaitForEvents(1, new cl_event[] {event});
        clReleaseEvent(event);
    }
}
