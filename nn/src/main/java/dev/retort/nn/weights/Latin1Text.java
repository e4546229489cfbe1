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
        long length = 0;
        while (decoder.hasNext()) {
            decoder.next();
            length++;
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
                for (; at < offset; at++) {
                    decoder.next();
                }
                for (; target.hasRemaining(); at++) {
                    target.put((byte) decoder.next());
                }
            }
        };
    }

    /** Goes through the text from its beginning. */
    private static final class Decoder {
        private final FileBytes file;
        private final ByteBuffer buffer;
        private long position;
        private final long end;

        Decoder(FileBytes file, long position, long encoded) {
            this.file = file;
            this.position = position;
            this.end = position + encoded;
            buffer = ByteBuffer.allocate((int) Math.min(CHUNK, encoded)).flip();
        }

        boolean hasNext() {
            return buffer.hasRemaining() || position < end;
        }

        int next() throws IOException {
            int first = raw();
            if (first < 0x80) {
                return first;
            }
            if (first != 0xc2 && first != 0xc3) {
                throw strange();
            }
            int second = raw();
            if ((second & 0xc0) != 0x80) {
                throw strange();
            }
            return (first & 3) << 6 | second & 0x3f;
        }

        private int raw() throws IOException {
            if (!buffer.hasRemaining()) {
                if (position == end) {
                    throw strange();
                }
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
                file.read(position, buffer);
                position += buffer.limit();
                buffer.flip();
            }
            return buffer.get() & 0xff;
        }

        private WeightFileException strange() {
            return file.damaged("holds an array whose text has characters that are no bytes");
        }
    }
}
