package dev.retort.kernels.opencl;

import static org.jocl.CL.CL_FALSE;
import static org.jocl.CL.clEnqueueWriteBuffer;
import static org.jocl.CL.clFlush;
import static org.jocl.CL.clReleaseEvent;
import static org.jocl.CL.clWaitForEvents;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jocl.cl_mem;

/**
 * A ring of memory outside the heap through which arrays go to the device while the host goes on: the collector moves arrays, and a copy
 * that is still to run must not see that. A piece of the ring is used again when the copy out of it has run.
 */
final class Staging {
    private static final int RING_BYTES = 32 << 20;
    private static final int PIECE_BYTES = 4 << 20;

    private static final int LINE_BYTES = 64;
    /** Copies whose events are kept: by so many copies later, one has long run. */
    private static final int MOST_PENDING = 256;

    private record Piece(cl_event event, int start, int end) {}

    private final ByteBuffer ring = ByteBuffer.allocateDirect(RING_BYTES).order(ByteOrder.nativeOrder());
    private final ArrayDeque<Piece> pending = new ArrayDeque<>();
    private int next;

    /** Copies {@code length} elements of a Java array to a buffer, from a place in bytes on. */
    void write(cl_command_queue queue, Object array, int length, cl_mem to, long offset) {
        int width = width(array);
        int most = PIECE_BYTES / width;
        for (int from = 0; from < length; from += most) {
            int count = Math.min(most, length - from);
            int start = reserve(count * width);
            put(array, from, count, start);
            cl_event event = new cl_event();
            Pointer source = Pointer.to(ring).withByteOffset(start);
            clEnqueueWriteBuffer(
                    queue, to, CL_FALSE, offset + (long) from * width, (long) count * width, source, 0, null, event);
            pending.add(new Piece(event, start, start + count * width));
        }
        clFlush(queue);
    }

    private static int width(Object array) {
        return array instanceof float[] || array instanceof int[] ? 4 : array instanceof byte[] ? 1 : 8;
    }

    /** A place in the ring that no pending copy reads. Copies run in the order of their places, so only the oldest has to be looked at. */
    private int reserve(int bytes) {
        int aligned = (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
        if (next + aligned > RING_BYTES) {
            // What is left of the last round behind this place would hide the pieces at the ring's beginning.
            while (!pending.isEmpty() && pending.element().start >= next) {
                release(pending.remove());
            }
            next = 0;
        }
        int start = next;
        next += aligned;
        while (!pending.isEmpty()
                && (pending.size() >= MOST_PENDING
                        || pending.element().start < next && start < pending.element().end)) {
            release(pending.remove());
        }
        return start;
    }

    private static void release(Piece piece) {
        clWaitForEvents(1, new cl_event[] {piece.event});
        clReleaseEvent(piece.event);
    }

    private void put(Object array, int from, int count, int start) {
        ByteBuffer place = ring.duplicate().order(ByteOrder.nativeOrder()).position(start);
        if (array instanceof float[] floats) {
            place.asFloatBuffer().put(floats, from, count);
        } else if (array instanceof double[] doubles) {
            place.asDoubleBuffer().put(doubles, from, count);
        } else if (array instanceof int[] ints) {
            place.asIntBuffer().put(ints, from, count);
        } else if (array instanceof long[] longs) {
            place.asLongBuffer().put(longs, from, count);
        } else {
            place.put((byte[]) array, from, count);
        }
    }

    /** Forgets every copy, all of which have run. */
    void drain() {
        pending.forEach(Staging::release);
        pending.clear();
        next = 0;
    }
}
