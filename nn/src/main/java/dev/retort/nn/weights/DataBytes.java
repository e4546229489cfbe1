package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes of tensors, which stay in the file. */
interface DataBytes {
    /** How many there are. */
    long length();

    /** Begins to read them. */
    Reader open() throws IOException;

    /** One reading of them; quickest in ascending order. */
    @FunctionalInterface
    interface Reader {
        /** Fills what remains of {@code target} with the bytes from {@code offset} on, of which there are enough. */
        void fill(long offset, ByteBuffer target) throws IOException;
    }

    /** As they are, at a place in the file. */
    record Stretch(FileBytes file, long position, long length) implements DataBytes {
        @Override
        public Reader open() {
            return (offset, target) -> file.read(position + offset, target);
        }
    }
}
