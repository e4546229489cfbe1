package dev.retort.detection.weights;

import dev.retort.nn.weights.WeightFileException;
import dev.retort.nn.weights.WeightTensor;
import dev.retort.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A tensor of another program under our name and in our layout: convolutions OHWI, rows of a head's last layers in our order.
 *
 * @param source what the file has, of rank 1 to 4
 * @param rows for each row here the source's, along the first axis; empty for all as they are
 */
record ForeignTensor(WeightTensor source, int[] rows) implements ImportedTensor {
    private static final int CONVOLUTION = 4;

    @Override
    public Shape shape() {
        Shape given = source.shape();
        int first = rows.length == 0 && given.rank() > 0 ? given.dim(0) : rows.length;
        if (given.rank() == CONVOLUTION) {
            return Shape.of(first, given.dim(2), given.dim(3), given.dim(1));
        }
        return given.rank() == 0 ? given : given.with(0, first);
    }

    @Override
    public float[] values(Path file) throws IOException {
        float[] values = source.toFloats();
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new WeightFileException(
                        file,
                        "its tensor '" + source.name() + "' has a value that is NaN or infinite",
                        "Its training had diverged: take an earlier file");
            }
        }
        Shape given = source.shape();
        if (given.rank() == 0 || values.length == 0) {
            return values;
        }
        int outputs = given.dim(0);
        int inner = values.length / outputs;
        int inputs = given.rank() == CONVOLUTION ? given.dim(1) : 1;
        int window = inner / inputs;
        int count = rows.length == 0 ? outputs : rows.length;
        float[] ordered = new float[count * inner];
        for (int row = 0; row < count; row++) {
            int from = (rows.length == 0 ? row : rows[row]) * inner;
            int to = row * inner;
            for (int input = 0; input < inputs; input++) {
                for (int place = 0; place < window; place++) {
                    ordered[to + place * inputs + input] = values[from + input * window + place];
                }
            }
        }
        return ordered;
    }
}
