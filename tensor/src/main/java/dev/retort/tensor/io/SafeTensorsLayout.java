package dev.retort.tensor.io;

import dev.retort.tensor.Shape;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the tensors of a safetensors file lie, whatever their element types: for readers of types that {@link SafeTensors} has no
 * use for. Reading it checks all that can be checked without the data: the tensors fill the file without gap or overlap, each in
 * as many bytes as its shape and type take.
 */
public final class SafeTensorsLayout {
    private static final int PREFIX_BYTES = 8;

    private final SafeTensorsHeader header;
    private final long dataStart;

    private SafeTensorsLayout(SafeTensorsHeader header, long dataStart) {
        this.header = header;
        this.dataStart = dataStart;
    }

    /**
     * One tensor of the file.
     *
     * @param type the element type, by the format's name
     * @param position its first byte, counted from the beginning of the file
     */
    public record Extent(String type, Shape shape, long position) {}

    /**
     * Reads and checks the header.
     *
     * @param file named in errors
     * @param widths the element types that may occur, with the bytes of an element, in the order in which errors list them
     * @param maxHeaderBytes the longest header that is read
     * @throws SafeTensorsException if it is not a well-formed safetensors file of these types
     */
    public static SafeTensorsLayout read(
            Path file, SeekableByteChannel channel, Map<String, Integer> widths, long maxHeaderBytes)
            throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < PREFIX_BYTES) {
            throw new SafeTensorsException(file, "has " + fileBytes + " bytes, too few for a safetensors file");
        }
        ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(file, channel, 0, prefix);
        long headerBytes = prefix.getLong(0);
        if (headerBytes < 2 || headerBytes > maxHeaderBytes) {
            throw new SafeTensorsException(
                    file,
                    "header length " + Long.toUnsignedString(headerBytes) + " is not in 2.." + maxHeaderBytes
                            + ": not a safetensors file");
        }
        long dataStart = PREFIX_BYTES + headerBytes;
        if (dataStart > fileBytes) {
            throw new SafeTensorsException(
                    file, "ends inside its header (" + fileBytes + " bytes, header to byte " + dataStart + ")");
        }
        byte[] json = new byte[(int) headerBytes];
        readFully(file, channel, PREFIX_BYTES, ByteBuffer.wrap(json));
        return new SafeTensorsLayout(SafeTensorsHeader.parse(file, json, fileBytes - dataStart, widths), dataStart);
    }

    /** Fills {@code target} with the file's bytes from {@code position} on. */
    static void readFully(Path file, SeekableByteChannel channel, long position, ByteBuffer target) throws IOException {
        channel.position(position);
        while (target.hasRemaining()) {
            if (channel.read(target) < 0) {
                throw new EOFException(file + ": ended at byte " + channel.position() + " while being read");
            }
        }
    }

    /** The tensors by name, in the header's order. */
    public Map<String, Extent> tensors() {
        Map<String, Extent> tensors = new LinkedHashMap<>();
        header.slots()
                .forEach((name, slot) ->
                        tensors.put(name, new Extent(slot.type(), slot.shape(), dataStart + slot.begin())));
        return Collections.unmodifiableMap(tensors);
    }

    /** The header's {@code __metadata__}; empty if it has none. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    SafeTensorsHeader header() {
        return header;
    }

    long dataStart() {
        return dataStart;
    }
}
