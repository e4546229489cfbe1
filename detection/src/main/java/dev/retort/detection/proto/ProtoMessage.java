package dev.retort.detection.proto;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A protocol buffers message in its binary form (protobuf.dev/programming-guides/encoding), as far as files of
 * this project need it. Fields are written in the order in which they are added. Large arrays are asked for when the message is written, one at a time.
 */
public final class ProtoMessage {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;

    private static final int CHUNK_BYTES = 1 << 20;

    private final List<Part> parts = new ArrayList<>();
    private long size;

    /** Bytes that follow those before. */
    private interface Part {
        void writeTo(Chunks out) throws IOException;
    }

    /** Adds an integer, or a value of an enumeration. */
    public ProtoMessage integer(int field, long value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        key(bytes, field, VARINT);
        varint(bytes, value);
        return append(bytes);
    }

    /** Adds a float64 number. */
    public ProtoMessage real(int field, double value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        key(bytes, field, FIXED_64);
        bytes.writeBytes(ByteBuffer.allocate(Double.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(value)
                .array());
        return append(bytes);
    }

    /** Adds a float32 number. */
    public ProtoMessage number(int field, float value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        key(bytes, field, FIXED_32);
        bytes.writeBytes(ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array());
        return append(bytes);
    }

    public ProtoMessage text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    public ProtoMessage bytes(int field, byte[] value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        key(bytes, field, LENGTH_DELIMITED);
        varint(bytes, value.length);
        bytes.writeBytes(value);
        return append(bytes);
    }

    /** Adds bytes that are float32 numbers, little-endian. */
    public ProtoMessage floats(int field, long count, Supplier<float[]> values) {
        long length = Float.BYTES * count;
        append(header(field, length));
        parts.add(out -> {
            float[] floats = values.get();
            if (floats.length != count) {
                throw new IllegalStateException("Field " + field + " got " + floats.length + " numbers, not " + count);
            }
            out.put(floats);
        });
        size += length;
        return this;
    }

    /** Adds a message that is whole: what is added to it later is not in this one. */
    public ProtoMessage message(int field, ProtoMessage value) {
        return append(header(field, value.size)).addAll(value);
    }

    /** Adds the fields that another message has now. */
    public ProtoMessage addAll(ProtoMessage other) {
        parts.addAll(other.parts);
        size += other.size;
        return this;
    }

    /** Length, bytes. */
    public long size() {
        return size;
    }

    public void writeTo(WritableByteChannel channel) throws IOException {
        Chunks out = new Chunks(channel);
        for (Part part : parts) {
            part.writeTo(out);
        }
        out.flush();
    }

    /** The message in its binary form, for messages that fit into memory easily. */
    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writeTo(Channels.newChannel(bytes));
        } catch (IOException e) {
            throw new AssertionError("memory is written without a failure", e);
        }
        return bytes.toByteArray();
    }

    private ProtoMessage append(ByteArrayOutputStream bytes) {
        byte[] array = bytes.toByteArray();
        parts.add(out -> out.put(array));
        size += array.length;
        return this;
    }

    private static ByteArrayOutputStream header(int field, long length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        key(bytes, field, LENGTH_DELIMITED);
        varint(bytes, length);
        return bytes;
    }

    private static void key(ByteArrayOutputStream bytes, int field, int type) {
        varint(bytes, (long) field << 3 | type);
    }

    /** Seven bits a byte, low ones first. */
    private static void varint(ByteArrayOutputStream bytes, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    /** Collects bytes and passes them on in large pieces. */
    private static final class Chunks {
        private final WritableByteChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

        private Chunks(WritableByteChannel channel) {
            this.channel = channel;
        }

        private void put(byte[] bytes) throws IOException {
            for (int from = 0; from < bytes.length; ) {
                int count = Math.min(room(1), bytes.length - from);
                buffer.put(bytes, from, count);
                from += count;
            }
        }

        private void put(float[] values) throws IOException {
            for (float value : values) {
                room(Float.BYTES);
                buffer.putFloat(value);
            }
        }

        private int room(int least) throws IOException {
            if (buffer.remaining() < least) {
                flush();
            }
            return buffer.remaining();
        }

        private void flush() throws IOException {
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        }
    }
}
