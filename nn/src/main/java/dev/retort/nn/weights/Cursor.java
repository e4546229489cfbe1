package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads a stretch of a file from front to back through one buffer, little-endian. It never goes beyond the stretch's end. */
final class Cursor {
    private static final int BYTES = 1 << 16;

    private final FileBytes file;
    private final String what;
    private final long end;
    private final ByteBuffer buffer;
    /** The place in the file where the buffer's limit is. */
    private long loaded;

    /**
     * Of the bytes [start, end).
     *
     * @param what they are, for messages
     */
    Cursor(FileBytes file, String what, long start, long end) {
        this.file = file;
        this.what = what;
        this.end = end;
        this.loaded = start;
        buffer = ByteBuffer.allocate((int) Math.min(BYTES, Math.max(end - start, 0)))
                .order(ByteOrder.LITTLE_ENDIAN)
                .flip();
    }

    FileBytes file() {
        return file;
    }

    /** The place in the file of the next byte. */
    long position() {
        return loaded - buffer.remaining();
    }

    long remaining() {
        return end - position();
    }

    int u8() throws IOException {
        return need(1).get() & 0xff;
    }

    int u16() throws IOException {
        return need(Short.BYTES).getShort() & 0xffff;
    }

    int i32() throws IOException {
        return need(Integer.BYTES).getInt();
    }

    long u32() throws IOException {
        return i32() & 0xffffffffL;
    }

    long i64() throws IOException {
        return need(Long.BYTES).getLong();
    }

    /** The next bytes, which are few. */
    byte[] bytes(int count) throws IOException {
        require(count);
        byte[] bytes = new byte[count];
        for (int done = 0; done < count; ) {
            int some = Math.min(count - done, BYTES);
            some = Math.min(some, buffer.capacity());
            need(some).get(bytes, done, some);
            done += some;
        }
        return bytes;
    }

    /** Passes over {@code count} bytes, which may be more than there are, or negative: then the file is refused. */
    void skip(long count) throws IOException {
        require(count);
        if (count <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) count);
        } else {
            loaded = position() + count;
            buffer.limit(buffer.position());
        }
    }

    /** Refuses the file if fewer than {@code count} bytes are left, or the count is negative. */
    void require(long count) throws WeightFileException {
        if (count < 0 || count > remaining()) {
            throw file.damaged("declares more bytes at byte " + position() + " of its " + what + " than the "
                    + remaining() + " that are left");
        }
    }

    private ByteBuffer need(int count) throws IOException {
        if (buffer.remaining() < count) {
            if (remaining() < count) {
                throw file.damaged("ends in the middle of its " + what);
            }
            loaded = position();
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - loaded));
            file.read(loaded, buffer);
            loaded += buffer.limit();
            buffer.flip();
        }
        return buffer;
    }
}
