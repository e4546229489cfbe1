package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** A record of a zip archive, whose checksum is compared before it is first read. */
final class CheckedBytes implements DataBytes {
    private static final int CHUNK = 1 << 18;

    private final FileBytes file;
    private final long position;
    private final long length;
    private final long crc;
    private final String name;
    private boolean checked;

    CheckedBytes(FileBytes file, long position, long length, long crc, String name) {
        this.file = file;
        this.position = position;
        this.length = length;
        this.crc = crc;
        this.name = name;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public Reader open() throws IOException {
        check();
        return (offset, target) -> file.read(position + offset, target);
    }

    /** Begins to read it from front to back. */
    Cursor cursor() throws IOException {
        check();
        return new Cursor(file, "record " + name, position, position + length);
    }

    private void check() throws IOException {
        if (checked) {
            return;
        }
        CRC32 found = new CRC32();
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, length));
        for (long at = 0; at < length; at += chunk.limit()) {
            chunk.clear().limit((int) Math.min(CHUNK, length - at));
            file.read(position + at, chunk);
            found.update(chunk.flip());
        }
        if (found.getValue() != crc) {
            throw file.damaged("has a record " + name + " whose checksum does not match");
        }
        checked = true;
    }
}
