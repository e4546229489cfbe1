package dev.retort.tensor.io;

import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects tensors and writes them as one safetensors file, in the order of insertion: the same calls give the same
 * bytes. Arrays are held by reference until {@link #write} and streamed out through one small buffer.
 */
public final class SafeTensorsWriter {
    private static final int CHUNK_BYTES = 1 << 20;
    /** The data section begins at a multiple of this, so that readers may map it: the header is padded with spaces. */
    private static final int ALIGNMENT = 8;

    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Data> tensors = new LinkedHashMap<>();

    /** Puts element {@code index} of an array into the buffer. */
    @FunctionalInterface
    private interface Element {
        void put(ByteBuffer buffer, int index);
    }

    private record Data(DType dtype, Shape shape, Element element) {}

    /** Adds an entry to {@code __metadata__}. */
    public SafeTensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** Adds an F32 tensor; {@code values} are row-major. */
    public SafeTensorsWriter add(String name, Shape shape, float[] values) {
        return add(name, DType.F32, shape, values.length, (buffer, i) -> buffer.putFloat(values[i]));
    }

    /** Adds an F64 tensor; {@code values} are row-major. */
    public SafeTensorsWriter add(String name, Shape shape, double[] values) {
        return add(name, DType.F64, shape, values.length, (buffer, i) -> buffer.putDouble(values[i]));
    }

    /** Adds an I32 tensor; {@code values} are row-major. */
    public SafeTensorsWriter add(String name, Shape shape, int[] values) {
        return add(name, DType.I32, shape, values.length, (buffer, i) -> buffer.putInt(values[i]));
    }

    /** Adds an I64 tensor; {@code values} are row-major. */
    public SafeTensorsWriter add(String name, Shape shape, long[] values) {
        return add(name, DType.I64, shape, values.length, (buffer, i) -> buffer.putLong(values[i]));
    }

    /** Adds a BOOL tensor; {@code values} are row-major. */
    public SafeTensorsWriter add(String name, Shape shape, boolean[] values) {
        return add(name, DType.BOOL, shape, values.length, (buffer, i) -> buffer.put((byte) (values[i] ? 1 : 0)));
    }

    private SafeTensorsWriter add(String name, DType dtype, Shape shape, int length, Element element) {
        if (shape.size() != length) {
            throw new ShapeException("Tensor '" + name + "' of shape " + shape + " needs " + shape.size()
                    + " elements, but the array has " + length);
        }
        if (name.equals(SafeTensorsHeader.METADATA)) {
            throw new IllegalArgumentException("No tensor can be named " + name + ": the format reserves it");
        }
        if (tensors.putIfAbsent(name, new Data(dtype, shape, element)) != null) {
            throw new IllegalArgumentException("A tensor named '" + name + "' was added before");
        }
        return this;
    }

    /**
     * Writes the file whole or not at all; see {@link AtomicFile}.
     *
     * @throws IOException if it cannot be written; an older file of that name is then unharmed
     */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, this::writeTo);
    }

    private void writeTo(FileChannel channel) throws IOException {
        byte[] json = header().toJson().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        writeFully(length.putLong(padded.length).flip(), channel);
        writeFully(ByteBuffer.wrap(padded), channel);
        stream(data -> writeFully(data, channel));
    }

    /**
     * The SHA-256 of what was added so far, metadata and tensors: 64 hexadecimal digits, the same for the same calls.
     * {@link #seal} writes it into the file.
     */
    public String digest() {
        ContentDigest digest = new ContentDigest(header());
        try {
            stream(digest::update);
        } catch (IOException e) {
            throw new AssertionError("a digest writes nothing", e);
        }
        return digest.hex();
    }

    /** Adds the digest to the metadata, so that {@link SafeTensors#checkSeal} finds damage. Called when all else was added. */
    public SafeTensorsWriter seal() {
        return metadata(SafeTensors.SEAL, digest());
    }

    /** Takes a part of the data section. */
    @FunctionalInterface
    private interface Sink {
        void accept(ByteBuffer data) throws IOException;
    }

    /** Hands the data section out, piece by piece in one small buffer. */
    private void stream(Sink sink) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Data data : tensors.values()) {
            int length = (int) data.shape().size();
            int chunk = CHUNK_BYTES / data.dtype().bytes();
            for (int start = 0, count; start < length; start += count) {
                count = Math.min(chunk, length - start);
                for (int i = 0; i < count; i++) {
                    data.element().put(buffer, start + i);
                }
                sink.accept(buffer.flip());
                buffer.clear();
            }
        }
    }

    private SafeTensorsHeader header() {
        Map<String, SafeTensorsHeader.Slot> slots = new LinkedHashMap<>();
        long position = 0;
        for (Map.Entry<String, Data> tensor : tensors.entrySet()) {
            Data data = tensor.getValue();
            long end = position + data.shape().size() * data.dtype().bytes();
            slots.put(
                    tensor.getKey(),
                    new SafeTensorsHeader.Slot(tensor.getKey(), data.dtype().name(), data.shape(), position, end));
            position = end;
        }
        return new SafeTensorsHeader(slots, metadata);
    }

    private static void writeFully(ByteBuffer buffer, FileChannel channel) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
