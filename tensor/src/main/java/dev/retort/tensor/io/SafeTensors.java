package dev.retort.tensor.io;

import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An open safetensors file: 8 bytes of header length (little endian), a JSON header, then raw little-endian row-major
 * data. Opening reads and checks the header only; each tensor's data is read when asked for, straight into the array
 * that is handed out. The path may lie in any file system, a zip's included.
 *
 * <p>The accessors of an {@link Entry} convert between element types as Java casts do. Not for use by several threads.
 */
public final class SafeTensors implements Closeable {
    /** The longest header that the format allows, in bytes. */
    public static final long MAX_HEADER_BYTES = 100_000_000;

    /** The entry of {@code __metadata__} that holds the digest of a sealed file. */
    public static final String SEAL = "sha256";

    private static final int CHUNK_BYTES = 1 << 20;
    private static final Map<String, Integer> WIDTHS = new LinkedHashMap<>();

    static {
        for (DType dtype : DType.values()) {
            WIDTHS.put(dtype.name(), dtype.bytes());
        }
    }

    private final Path file;
    private final SeekableByteChannel channel;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final SafeTensorsHeader header;
    private final long dataStart;

    private SafeTensors(Path file, SeekableByteChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        SafeTensorsLayout layout = SafeTensorsLayout.read(file, channel, WIDTHS, MAX_HEADER_BYTES);
        header = layout.header();
        dataStart = layout.dataStart();
        header.slots().forEach((name, slot) -> entries.put(name, new Entry(slot)));
    }

    /**
     * Opens {@code file} and checks its header.
     *
     * @throws SafeTensorsException if it is not a well-formed safetensors file of the types in {@link DType}
     */
    public static SafeTensors open(Path file) throws IOException {
        SeekableByteChannel channel = Files.newByteChannel(file);
        try {
            return new SafeTensors(file, channel);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    /** Where it lies, for messages. */
    public Path file() {
        return file;
    }

    /** The file's tensors by name, in the header's order. */
    public Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /**
     * The tensor of this name.
     *
     * @throws SafeTensorsException if the file has none
     */
    public Entry entry(String name) throws SafeTensorsException {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new SafeTensorsException(file, "has no tensor '" + name + "' among its " + entries.size());
        }
        return entry;
    }

    /** The header's {@code __metadata__}; empty if it has none. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Compares the file with the digest that {@link SafeTensorsWriter#seal} wrote into it. Reads all of it.
     *
     * @return false if it holds no digest, so that nothing could be compared
     * @throws SafeTensorsException if header or data are not what was written
     */
    public boolean checkSeal() throws IOException {
        String sealed = header.metadata().get(SEAL);
        if (sealed == null) {
            return false;
        }
        ContentDigest digest = new ContentDigest(header);
        ByteBuffer chunk = little(CHUNK_BYTES);
        long end = channel.size();
        for (long position = dataStart; position < end; position += chunk.limit()) {
            chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - position));
            readFully(position, chunk);
            digest.update(chunk.flip());
        }
        String found = digest.hex();
        if (!found.equals(sealed)) {
            throw new SafeTensorsException(
                    file,
                    "is damaged: its content has the SHA-256 " + found + ", but " + JsonProblem.shown(sealed)
                            + " was written. Take another copy of it, or make it anew");
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void readFully(long position, ByteBuffer target) throws IOException {
        SafeTensorsLayout.readFully(file, channel, position, target);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Takes a run of raw elements: {@code count} of them, to be stored from index {@code start}. */
    @FunctionalInterface
    private interface Sink {
        void accept(ByteBuffer raw, int start, int count) throws IOException;
    }

    /** One tensor of the file. */
    public final class Entry {
        private final SafeTensorsHeader.Slot slot;

        private Entry(SafeTensorsHeader.Slot slot) {
            this.slot = slot;
        }

        public String name() {
            return slot.name();
        }

        public DType dtype() {
            return DType.valueOf(slot.type());
        }

        public Shape shape() {
            return slot.shape();
        }

        /** The elements as float32, rounded where the stored type is wider; truth values are 0 and 1. */
        public float[] toFloats() throws IOException {
            float[] values = new float[length()];
            switch (dtype()) {
                case F32 -> stream((raw, start, n) -> raw.asFloatBuffer().get(values, start, n));
                case F64 ->
                    stream((raw, start, n) -> {
                        for (int i = 0; i < n; i++) {
                            values[start + i] = (float) raw.getDouble();
                        }
                    });
                default -> {
                    long[] whole = toLongs();
                    for (int i = 0; i < values.length; i++) {
                        values[i] = whole[i];
                    }
                }
            }
            return values;
        }

        /** The elements as float64; I64 is rounded beyond 2^53; truth values are 0 and 1. */
        public double[] toDoubles() throws IOException {
            double[] values = new double[length()];
            switch (dtype()) {
                case F32 ->
                    stream((raw, start, n) -> {
                        for (int i = 0; i < n; i++) {
                            values[start + i] = raw.getFloat();
                        }
                    });
                case F64 -> stream((raw, start, n) -> raw.asDoubleBuffer().get(values, start, n));
                default -> {
                    long[] whole = toLongs();
                    for (int i = 0; i < values.length; i++) {
                        values[i] = whole[i];
                    }
                }
            }
            return values;
        }

        /**
         * The elements of an I32, I64 or BOOL tensor as 64-bit integers.
         *
         * @throws SafeTensorsException if the tensor is floating
         */
        public long[] toLongs() throws IOException {
            if (dtype().isFloating()) {
                throw problem("is " + dtype() + "; it is not read as integers");
            }
            long[] values = new long[length()];
            switch (dtype()) {
                case I64 -> stream((raw, start, n) -> raw.asLongBuffer().get(values, start, n));
                case I32 ->
                    stream((raw, start, n) -> {
                        for (int i = 0; i < n; i++) {
                            values[start + i] = raw.getInt();
                        }
                    });
                default -> {
                    boolean[] truths = toBooleans();
                    for (int i = 0; i < values.length; i++) {
                        values[i] = truths[i] ? 1 : 0;
                    }
                }
            }
            return values;
        }

        /**
         * The elements of a BOOL tensor.
         *
         * @throws SafeTensorsException if the tensor has another type, or a byte is neither 0 nor 1
         */
        public boolean[] toBooleans() throws IOException {
            if (dtype() != DType.BOOL) {
                throw problem("is " + dtype() + ", not BOOL");
            }
            boolean[] values = new boolean[length()];
            stream((raw, start, n) -> {
                for (int i = 0; i < n; i++) {
                    byte value = raw.get();
                    if (value != 0 && value != 1) {
                        throw problem("has the byte " + (value & 0xff) + " at index " + (start + i) + ", not 0 or 1");
                    }
                    values[start + i] = value == 1;
                }
            });
            return values;
        }

        /** The index of the first value that is NaN or infinite; -1 if all are finite. */
        public int firstNotFinite() throws IOException {
            if (!dtype().isFloating()) {
                return -1;
            }
            int[] first = {-1};
            stream((raw, start, n) -> {
                for (int i = 0; i < n && first[0] < 0; i++) {
                    double value = dtype() == DType.F32 ? raw.getFloat() : raw.getDouble();
                    if (!Double.isFinite(value)) {
                        first[0] = start + i;
                    }
                }
            });
            return first[0];
        }

        private int length() throws SafeTensorsException {
            if (shape().size() > Integer.MAX_VALUE - 8) {
                throw problem("has " + shape().size() + " elements, more than a Java array holds");
            }
            return (int) shape().size();
        }

        private void stream(Sink sink) throws IOException {
            int length = length();
            int width = dtype().bytes();
            int chunk = Math.min(length, CHUNK_BYTES / width);
            ByteBuffer buffer = little(chunk * width);
            for (int start = 0, count; start < length; start += count) {
                count = Math.min(chunk, length - start);
                buffer.clear().limit(count * width);
                readFully(dataStart + slot.begin() + (long) start * width, buffer);
                sink.accept(buffer.flip(), start, count);
            }
        }

        private SafeTensorsException problem(String text) {
            return new SafeTensorsException(file, "tensor '" + name() + "' " + text);
        }
    }
}
