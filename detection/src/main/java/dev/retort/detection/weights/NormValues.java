package dev.retort.detection.weights;

import dev.retort.nn.weights.WeightFileException;
import dev.retort.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Norms of a residual net whose files leave something to be done: those without statistics, which are folded into scale and shift, and
 * those that divide by the deviation itself, where ours divide by sqrt(variance + 1e-5).
 */
final class NormValues {
    /** What our norms add to the variance. */
    private static final double EPS = 1e-5;

    private static final String WEIGHT = ".norm.weight";

    private NormValues() {}

    /** The same number in all channels. */
    private record Constant(Shape shape, double value) implements ImportedTensor {
        @Override
        public float[] values(Path file) {
            float[] values = new float[Math.toIntExact(shape.size())];
            Arrays.fill(values, (float) value);
            return values;
        }
    }

    /** Scale gamma/sqrt(var), or shift beta - mean*scale. */
    private record Folded(
            ImportedTensor gamma, ImportedTensor beta, ImportedTensor mean, ImportedTensor variance, boolean isShift)
            implements ImportedTensor {
        @Override
        public Shape shape() {
            return gamma.shape();
        }

        @Override
        public float[] values(Path file) throws IOException {
            float[] scale = gamma.values(file);
            float[] deviations = variance.values(file);
            float[] shift = beta.values(file);
            float[] means = mean.values(file);
            float[] values = new float[scale.length];
            for (int i = 0; i < values.length; i++) {
                if (!(deviations[i] > 0)) {
                    throw new WeightFileException(
                            file, "has a norm with a variance of " + deviations[i], "It is damaged: take another file");
                }
                double factor = scale[i] / Math.sqrt(deviations[i]);
                values[i] = (float) (isShift ? shift[i] - means[i] * factor : factor);
            }
            return values;
        }
    }

    /**
     * Adds statistics where there are none.
     *
     * @param folded whether scale and shift are the whole norm, which then must not divide by sqrt(1 + eps)
     */
    static void complete(Map<String, ImportedTensor> tensors, boolean folded) {
        for (String name : List.copyOf(tensors.keySet())) {
            if (name.endsWith(WEIGHT)) {
                String norm = name.substring(0, name.length() - "weight".length());
                Shape shape = tensors.get(name).shape();
                tensors.putIfAbsent(norm + "running_mean", new Constant(shape, 0));
                tensors.putIfAbsent(norm + "running_var", new Constant(shape, folded ? 1 - EPS : 1));
            }
        }
    }

    /** Folds norms without an eps into scale and shift. */
    static void fold(Map<String, ImportedTensor> tensors) {
        for (String name : List.copyOf(tensors.keySet())) {
            if (name.endsWith(WEIGHT)) {
                String norm = name.substring(0, name.length() - "weight".length());
                ImportedTensor gamma = tensors.get(name);
                ImportedTensor beta = tensors.get(norm + "bias");
                ImportedTensor mean = tensors.get(norm + "running_mean");
                ImportedTensor variance = tensors.get(norm + "running_var");
                if (beta != null && sameShapes(gamma, beta, mean, variance)) {
                    tensors.put(name, new Folded(gamma, beta, mean, variance, false));
                    tensors.put(norm + "bias", new Folded(gamma, beta, mean, variance, true));
                    tensors.put(norm + "running_mean", new Constant(gamma.shape(), 0));
                    tensors.put(norm + "running_var", new Constant(gamma.shape(), 1 - EPS));
                }
            }
        }
    }

    private static boolean sameShapes(ImportedTensor first, ImportedTensor... others) {
        return List.of(others).stream().allMatch(other -> other.shape().equals(first.shape()));
    }
}
