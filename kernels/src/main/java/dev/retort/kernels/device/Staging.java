package dev.retort.kernels.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/**
 * A ring of memory outside the heap through which arrays go to the device while the host goes on: the collector moves arrays, and a copy
 * that is still to run must not see that. A piece of the ring is used again when the copy out of it has run.
 *
 * @param <B> memory on the device
 * @param <E> what a driver signals the end of a copy by
 */
public final class Staging<B, E> {
    /** Bytes of the ring. */
    public static final int RING_BYTES = 32 << 20;

    private static final int PIECE_BYTES = 4 << 20;
    private static final int LINE_BYTES = 64;
    /** Copies whose events are kept: by so many copies later, one has long run. */
    private static final int MOST_PENDING = 256;

    /** What the ring needs of a driver. */
    public interface Driver<B, E> {
        /** Puts a copy on the queue: {@code bytes} bytes from a place in the ring on to a place in {@code to}. */
        E copy(int start, int bytes, B to, long offset);

        /** Begins with what was put on the queue. */
        void flush();

        /** Waits for the end of a copy and forgets its event. */
        void await(E event);
    }

    private record Piece<E>(E event, int start, int end) {}

    private final ByteBuffer ring;
    private final Driver<B, E> driver;
    private final ArrayDeque<Piece<E>> pending = new ArrayDeque<>();
    private int next;

    /** @param ring {@value #RING_BYTES} bytes outside the heap */
    public Staging(ByteBuffer ring, Driver<B, E> driver) {
        this.ring = ring;
        this.driver = driver;
    }

    /** Copies {@code length} elements of a Java array to the device, from a place in bytes on. */
    public void write(Object array, int length, B to, long offset) {
        int width = HostArrays.width(array);
        int most = PIECE_BYTES / width;
        for (int from = 0; from < length; from += most) {
            int count = Math.min(most, length - from);
            int start = reserve(count * width);
            put(array, from, count, start);
            E event = driver.copy(start, count * width, to, offset + (long) from * width);
            pending.add(new Piece<>(event, start, start + count * width));
        }
        driver.flush();
    }

    /** A place in the ring that no pending copy reads. Copies run in the order of their places, so only the oldest has to be looked at. */
    private int reserve(int bytes) {
        int aligned = (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
        if (next + aligned > RING_BYTES) {
            // What is left of the last round behind this place would hide the pieces at the ring's beginning.
            while (!pending.isEmpty() && pending.element().start >= next) {
                driver.await(pending.remove().event);
            }
            next = 0;
        }
        int start = next;
        next += aligned;
        while (!pending.isEmpty()
                && (pending.size() >= MOST_PENDING
                        || pending.element().start < next && start < pending.element().end)) {
            driver.await(pending.remove().event);
        }
        return start;
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
    public void drain() {
        pending.forEach(piece -> driver.await(piece.event));
        pending.clear();
        next = 0;
    }
}
