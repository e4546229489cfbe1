package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The central directory of a zip archive whose entries are stored, not compressed, as torch writes them: where each entry's bytes lie
 * in the file. The JDK's readers give no such places, and do not compare checksums of stored entries.
 */
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int END_64_LOCATOR = 0x07064b50;
    private static final int END_64_LOCATOR_BYTES = 20;
    private static final int END_64 = 0x06064b50;
    private static final int END_64_BYTES = 56;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int EXTRA_64 = 1;
    private static final long IN_EXTRA_64 = 0xffffffffL;
    private static final int MAX_COMMENT = 0xffff;
    private static final int MAX_ENTRIES = 100_000;
    private static final int MAX_NAME = 1_000;
    private static final int MAX_DIRECTORY = 1 << 24;

    private final FileBytes file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long start;

    private record Entry(int flags, int method, long crc, long compressed, long size, long header) {}

    ZipDirectory(FileBytes file) throws IOException {
        this.file = file;
        long end = findEnd();
        Cursor in = new Cursor(file, "zip directory", end + 10, end + END_BYTES);
        long count = in.u16();
        long bytes = in.u32();
        start = in.u32();
        if (end >= END_64_LOCATOR_BYTES) {
            ByteBuffer locator = read(end - END_64_LOCATOR_BYTES, END_64_LOCATOR_BYTES);
            if (locator.getInt(0) == END_64_LOCATOR) {
                long at = locator.getLong(8);
                if (at < 0 || at > end - END_64_LOCATOR_BYTES - END_64_BYTES) {
                    throw broken();
                }
                ByteBuffer end64 = read(at, END_64_BYTES);
                if (end64.getInt(0) != END_64) {
                    throw broken();
                }
                count = end64.getLong(32);
                bytes = end64.getLong(40);
                start = end64.getLong(48);
            }
        }
        if (start < 0
                || bytes < 0
                || bytes > Math.min(end, MAX_DIRECTORY)
                || start > end - bytes
                || count < 0
                || count > MAX_ENTRIES) {
            throw broken();
        }
        readEntries(new Cursor(file, "zip directory", start, start + bytes), count);
    }

    /** The names of the entries, in the archive's order. */
    Iterable<String> names() {
        return entries.keySet();
    }

    /**
     * The bytes of an entry. Its checksum is compared when they are first read.
     *
     * @return empty if there is no such entry
     */
    Optional<CheckedBytes> find(String name) throws IOException {
        Entry entry = entries.get(name);
        if (entry == null) {
            return Optional.empty();
        }
        String shown = "'" + FileBytes.shown(name) + "'";
        if (entry.method != 0 || (entry.flags & 1) != 0 || entry.compressed != entry.size) {
            throw file.problem(
                    "has the compressed or encrypted record " + shown + ", and torch writes none",
                    "Save it with torch.save, or pack the archive again without compression");
        }
        if (entry.header < 0 || entry.header > start - LOCAL_BYTES) {
            throw broken();
        }
        ByteBuffer local = read(entry.header, LOCAL_BYTES);
        long position = entry.header + LOCAL_BYTES + (local.getShort(26) & 0xffff) + (local.getShort(28) & 0xffff);
        if (local.getInt(0) != LOCAL || entry.size < 0 || entry.size > start - position) {
            throw broken();
        }
        return Optional.of(new CheckedBytes(file, position, entry.size, entry.crc, shown));
    }

    private void readEntries(Cursor in, long count) throws IOException {
        for (long i = 0; i < count; i++) {
            if (in.i32() != CENTRAL) {
                throw broken();
            }
            in.skip(4);
            int flags = in.u16();
            int method = in.u16();
            in.skip(4);
            long crc = in.u32();
            long compressed = in.u32();
            long size = in.u32();
            int nameBytes = in.u16();
            int extraBytes = in.u16();
            int commentBytes = in.u16();
            in.skip(8);
            long header = in.u32();
            if (nameBytes > MAX_NAME) {
                throw broken();
            }
            String name = new String(in.bytes(nameBytes), StandardCharsets.UTF_8);
            ByteBuffer extra = ByteBuffer.wrap(in.bytes(extraBytes)).order(ByteOrder.LITTLE_ENDIAN);
            in.skip(commentBytes);
            Extra64 extra64 = new Extra64(extra);
            size = size == IN_EXTRA_64 ? extra64.next() : size;
            compressed = compressed == IN_EXTRA_64 ? extra64.next() : compressed;
            header = header == IN_EXTRA_64 ? extra64.next() : header;
            if (entries.put(name, new Entry(flags, method, crc, compressed, size, header)) != null) {
                throw file.damaged("has two records '" + FileBytes.shown(name) + "'");
            }
        }
    }

    /** Sizes and places that take 64 bits. */
    private final class Extra64 {
        private ByteBuffer values = ByteBuffer.allocate(0);

        Extra64(ByteBuffer extra) {
            while (extra.remaining() >= 4) {
                int id = extra.getShort() & 0xffff;
                int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
                if (id == EXTRA_64) {
                    values = extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
                }
                extra.position(extra.position() + length);
            }
        }

        long next() throws WeightFileException {
            if (values.remaining() < Long.BYTES) {
                throw broken();
            }
            return values.getLong();
        }
    }

    /** Where the record is that ends the archive. */
    private long findEnd() throws IOException {
        int bytes = (int) Math.min(file.size(), END_BYTES + MAX_COMMENT);
        ByteBuffer tail = read(file.size() - bytes, bytes);
        for (int at = bytes - END_BYTES; at >= 0; at--) {
            if (tail.getInt(at) == END && (tail.getShort(at + 20) & 0xffff) == bytes - END_BYTES - at) {
                return file.size() - bytes + at;
            }
        }
        throw file.damaged("is a zip archive that was cut off: its directory, which stands at the end, is missing");
    }

    private ByteBuffer read(long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.read(position, buffer);
        return buffer.flip();
    }

    private WeightFileException broken() {
        return file.damaged("is a zip archive with a directory that makes no sense");
    }
}
