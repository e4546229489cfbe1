package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Bytes that Python 3 wrote as text in protocol 2, each as the character of that number, in UTF-8: those up to 127 take one byte
 * of the file, the others two.
 */
final class Latin1Text implements DataBytes {
    private static final int CHUNK = 1 << 16;

    private final FileBytes file;
    private final long position;
    private final long encoded;
    private final long length;

    private Latin1Text(FileBytes file, long position, long encoded, long length) {
        this.file = file;
        this.position = position;
        this.encoded = encoded;
        this.length = length;
    }

    /**
     * Reads the text once, to count its characters.
     *
     * @throws WeightFileException if a character has a number above 255
     */
    static Latin1Text of(FileBytes file, long position, long encoded) throws IOException {
        Decoder decoder = new Decoder(file, position, encoded);
        byte[] passed = new byte[CHUNK];
        long length = 0;
        for (int count = decoder.decode(passed, 0, CHUNK); count > 0; count = decoder.decode(passed, 0, CHUNK)) {
            length += count;
        }
        return new Latin1Text(file, position, encoded, length);
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public Reader open() {
        return new Reader() {
            private Decoder decoder = new Decoder(file, position, encoded);
            private long at;

            @Override
            public void fill(long offset, ByteBuffer target) throws IOException {
                if (offset < at) {
                    decoder = new Decoder(file, position, encoded);
                    at = 0;
                }
                byte[] passed = new byte[(int) Math.min(CHUNK, offset - at)];
                while (at < offset) {
                    at += decoder.decode(passed, 0, (int) Math.min(CHUNK, offset - at));
                }
                at += decoder.decode(target.array(), target.position(), target.remaining());
            }
        };
    }

    /** Goes through the text from its beginning. */
    private static final class Decoder {
        private final FileBytes file;
        private final byte[] chunk;
        private final long end;
        private long position;
        private int at;
        private int limit;

        Decoder(FileBytes file, long position, long encoded) {
            this.file = file;
            this.position = position;
            this.end = position + encoded;
            chunk = new byte[(int) Math.min(CHUNK, encoded)];
        }

        /** Decodes up to {@code count} bytes; fewer only at the text's end. */
        int decode(byte[] target, int offset, int count) throws IOException {
            int done = 0;
            while (done < count && (at < limit || load())) {
                int first = chunk[at++];
                if (first >= 0) {
                    target[offset + done++] = (byte) first;
                } else {
                    boolean byteFollows = (first & 0xfe) == 0xc2 && (at < limit || load());
                    if (!byteFollows || (chunk[at] & 0xc0) != 0x80) {
                        throw file.damaged("holds an array whose text has characters that are no bytes");
                    }
                    target[offset + done++] = (byte) ((first & 3) << 6 | chunk[at++] & 0x3f);
                }
            }
            return done;
        }

        private boolean load() throws IOException {
            limit = (int) Math.min(chunk.length, end - position);
            file.read(position, ByteBuffer.wrap(chunk, 0, limit));
            position += limit;
            at = 0;
            return limit > 0;
        }
    }
}
