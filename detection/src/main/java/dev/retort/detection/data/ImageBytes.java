package dev.retort.detection.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * An image file's content, byte by byte at any place: out of memory, block by block out of the file, or, in a zip file, as much
 * from its beginning as was asked for.
 */
final class ImageBytes implements AutoCloseable {
    private static final int BLOCK = 1 << 12;
    /** Of an entry of a zip file: most headers end before. */
    private static final int FIRST = 1 << 14;

    private final String name;
    private final long size;
    /** Null for content in memory and in a zip file. */
    private final FileChannel channel;
    /** Inflates an entry of a zip file; null for others. */
    private final InputStream entry;

    private byte[] block;
    private long blockStart;
    private int blockLength;

    /** Content in memory; {@code name} is for messages. */
    ImageBytes(byte[] content, String name) {
        this.name = name;
        this.size = content.length;
        this.channel = null;
        this.entry = null;
        this.block = content;
        this.blockLength = content.length;
    }

    private ImageBytes(FileChannel channel, String name) throws IOException {
        this.name = name;
        this.size = channel.size();
        this.channel = channel;
        this.entry = null;
        this.block = new byte[(int) Math.min(BLOCK, size)];
    }

    private ImageBytes(InputStream entry, long size, String name) {
        this.name = name;
        this.size = size;
        this.channel = null;
        this.entry = entry;
        this.block = new byte[0];
    }

    /** A file, of which only the blocks that are asked for are read. */
    static ImageBytes open(Path file) throws IOException {
        if (ZipFolder.contains(file)) {
            return new ImageBytes(Files.newInputStream(file), Files.size(file), ZipFolder.shown(file));
        }
        return new ImageBytes(FileChannel.open(file, StandardOpenOption.READ), file.toString());
    }

    String name() {
        return name;
    }

    long size() {
        return size;
    }

    /** The unsigned byte at a place. */
    int at(long place) {
        if (place < 0 || place >= size) {
            throw ImageIntegrity.truncated(name, size, "its header is cut off");
        }
        if (place < blockStart || place >= blockStart + blockLength) {
            load(place);
        }
        return block[(int) (place - blockStart)] & 0xff;
    }

    private void load(long place) {
        try {
            if (entry != null) {
                inflate(place);
                return;
            }
            ByteBuffer buffer = ByteBuffer.wrap(block);
            int read;
            do {
                read = channel.read(buffer, place + buffer.position());
            } while (read > 0 && buffer.hasRemaining());
            blockStart = place;
            blockLength = buffer.position();
        } catch (IOException e) {
            throw ImageFileReader.unreadable(name, e);
        }
        if (blockLength == 0) {
            throw ImageIntegrity.truncated(name, place, "it became shorter while it was read");
        }
    }

    private void inflate(long place) throws IOException {
        if (place >= ImageMemory.LARGEST_ARRAY) {
            throw new IOException("its header goes on behind byte " + ImageMemory.LARGEST_ARRAY);
        }
        long wanted = Math.max(place + 1, Math.max(FIRST, 2L * block.length));
        block = Arrays.copyOf(block, (int) Math.min(Math.min(wanted, size), ImageMemory.LARGEST_ARRAY));
        blockLength += entry.readNBytes(block, blockLength, block.length - blockLength);
        if (place >= blockLength) {
            throw ImageIntegrity.truncated(name, blockLength, "its header is cut off");
        }
    }

    /** Two bytes, the higher first. */
    int uint16(long place) {
        return at(place) << 8 | at(place + 1);
    }

    /** Four bytes, the highest first. */
    int int32(long place) {
        return uint16(place) << 16 | uint16(place + 2);
    }

    /** Two bytes, the lower first. */
    int uint16le(long place) {
        return at(place) | at(place + 1) << 8;
    }

    /** Four bytes, the lowest first. */
    int int32le(long place) {
        return uint16le(place) | uint16le(place + 2) << 16;
    }

    /** Whether these characters stand at a place; false where the content ends before. */
    boolean has(long place, String ascii) {
        if (place + ascii.length() > size) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (at(place + i) != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
        if (entry != null) {
            entry.close();
        }
    }
}
