package dev.retort.nn.weights;

import dev.retort.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A tensor of an open {@link WeightFile}. Its values stay in the file until one of the readers is called, which reads through a
 * small buffer and allocates nothing else but the array that it gives. Values are in row-major order, whatever the file's; a
 * convolution's weights are OIHW, as other programs have them.
 */
public final class WeightTensor {
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private final String name;
    private final TensorView view;

    WeightTensor(String name, TensorView view) {
        this.name = name;
        this.view = view;
    }

    /** The names on the way to it, joined with dots. */
    public String name() {
        return name;
    }

    /** Its extents. */
    public Shape shape() {
        return view.shape();
    }

    /** The type of its elements in the file. */
    public SourceType type() {
        return view.storage().type();
    }

    /**
     * The elements as float32, rounded where the file's type is wider; truth values are 0 and 1.
     *
     * @throws WeightFileException if the file is damaged there, or an array cannot hold so many
     */
    public float[] toFloats() throws IOException {
        float[] values = new float[length()];
        SourceType type = type();
        if (type.isFloating()) {
            view.read((at, buffer, from) -> values[at] = (float) type.real(buffer, from));
        } else {
            view.read((at, buffer, from) -> values[at] = type.whole(buffer, from));
        }
        return values;
    }

    /**
     * The elements as float64; I64 is rounded beyond 2^53; truth values are 0 and 1.
     *
     * @throws WeightFileException if the file is damaged there, or an array cannot hold so many
     */
    public double[] toDoubles() throws IOException {
        double[] values = new double[length()];
        SourceType type = type();
        view.read((at, buffer, from) -> values[at] = type.real(buffer, from));
        return values;
    }

    /**
     * The elements of a tensor of whole numbers or truth values.
     *
     * @throws WeightFileException if the tensor is floating, the file is damaged there, or an array cannot hold so many
     */
    public long[] toLongs() throws IOException {
        SourceType type = type();
        if (type.isFloating()) {
            throw problem("has elements of " + type + ", not whole numbers");
        }
        long[] values = new long[length()];
        view.read((at, buffer, from) -> values[at] = type.whole(buffer, from));
        return values;
    }

    /** For example {@code conv1.weight: F32 [64, 3, 7, 7]}. */
    @Override
    public String toString() {
        return name + ": " + type() + ' ' + shape();
    }

    private int length() throws WeightFileException {
        if (shape().size() > LARGEST) {
            throw problem("has " + shape().size() + " elements, more than a Java array holds");
        }
        return (int) shape().size();
    }

    /** A file of which this tensor is at fault. */
    WeightFileException problem(String text) {
        return view.storage()
                .file()
                .problem(
                        "tensor '" + FileBytes.shown(name) + "' " + text,
                        "Save it in Python with another name, type or shape");
    }

    /** Takes the element that begins at byte {@code from} of the buffer, as number {@code at} in row-major order. */
    @FunctionalInterface
    interface Sink {
        void put(int at, ByteBuffer buffer, int from);
    }
}
