package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A part of a storage in memory, which moves to the element that is asked for. */
final class Window {
    private static final int BYTES = 1 << 18;

    private final DataBytes.Reader reader;
    private final ByteBuffer buffer;
    private final int width;
    private final long elements;
    private long first;
    private long end;

    Window(DataBytes bytes, int width, ByteOrder order) throws IOException {
        this.width = width;
        elements = bytes.length() / width;
        reader = bytes.open();
        buffer = ByteBuffer.allocate((int) Math.min(BYTES, elements * width)).order(order);
    }

    /** Moves so that element {@code index} is in the buffer; gives the byte at which it begins. */
    int moveTo(long index) throws IOException {
        if (index < first || index >= end) {
            first = index;
            end = Math.min(elements, index + buffer.capacity() / width);
            reader.fill(index * width, buffer.clear().limit((int) (end - first) * width));
        }
        return (int) (index - first) * width;
    }

    /** Bytes of an element. */
    int width() {
        return width;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** The first element behind those in the buffer. */
    long end() {
        return end;
    }
}
