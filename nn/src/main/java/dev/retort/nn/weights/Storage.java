package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.ByteOrder;

/** A run of elements that tensors are views of. In some formats it is named before its place in the file is known. */
final class Storage {
    private final FileBytes file;
    private final SourceType type;
    private final long count;
    private final Storage base;
    private final long start;
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    private DataBytes bytes;

    private Storage(FileBytes file, SourceType type, long count) {
        this.file = file;
        this.type = type;
        this.count = count;
        this.base = this;
        this.start = 0;
    }

    private Storage(Storage of, long start, long count) {
        this.file = of.file;
        this.type = of.type;
        this.count = count;
        this.base = of.base;
        this.start = start;
    }

    /** Of {@code count} elements, whose place is told later. */
    static Storage of(FileBytes file, SourceType type, long count) throws WeightFileException {
        if (count < 0 || count > file.size() / type.bytes()) {
            throw file.damaged("declares a storage of " + count + " elements of " + type + ", but has only "
                    + file.size() + " bytes");
        }
        return new Storage(file, type, count);
    }

    /** {@code count} elements of this one from {@code offset} on. */
    Storage view(long offset, long count) throws WeightFileException {
        if (offset < 0 || count < 0 || offset > this.count || count > this.count - offset) {
            throw file.damaged("declares a view of " + count + " elements from " + offset + " on of a storage that has "
                    + this.count);
        }
        return new Storage(this, start + offset, count);
    }

    /** Tells where the elements are. */
    void place(DataBytes place, ByteOrder byteOrder) throws WeightFileException {
        if (place.length() != count * type.bytes()) {
            throw file.damaged("declares a storage of " + count + " elements of " + type + ", which are "
                    + count * type.bytes() + " bytes, and has " + place.length() + " for it");
        }
        bytes = place;
        order = byteOrder;
    }

    boolean isPlaced() {
        return base.bytes != null;
    }

    FileBytes file() {
        return file;
    }

    SourceType type() {
        return type;
    }

    /** Number of elements. */
    long count() {
        return count;
    }

    /** A window on the elements; of a view, those of the whole storage, from {@link #start} on. */
    Window window() throws IOException {
        return new Window(base.bytes, type.bytes(), base.order);
    }

    /** The index of the first element in the window. */
    long start() {
        return start;
    }
}
