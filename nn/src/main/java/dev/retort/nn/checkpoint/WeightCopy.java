package dev.retort.nn.checkpoint;

import dev.retort.nn.Module;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Copies weights into a model by name: tensors of the same name and shape are overwritten, in place; all others keep their
 * values and are listed. A student starts from its teacher so (ICD, arXiv 2110.12724, inheriting strategy), a model from weights
 * of another one.
 *
 * @param copied names of the tensors that were overwritten
 * @param kept why each of the others was not: its name and what is on the other side
 */
public record WeightCopy(List<String> copied, List<String> kept) {
    public WeightCopy {
        copied = List.copyOf(copied);
        kept = List.copyOf(kept);
    }

    /** A tensor to copy from: its shape, and what writes it into a tensor of that shape. */
    public record Source(Shape shape, Consumer<Tensor> into) {
        /** Reads values, in row-major order. */
        @FunctionalInterface
        public interface Reader {
            float[] read() throws IOException;
        }

        /** Values that are read when they are copied; {@link UncheckedIOException} then if they cannot be. */
        public static Source read(Shape shape, Reader reader) {
            return new Source(shape, target -> {
                try (Scope scope = Scope.open()) {
                    Tensor values = target.backend().upload(reader.read(), shape, DType.F32);
                    target.backend().assign(target, target.dtype() == DType.F32 ? values : values.cast(target.dtype()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /**
     * Copies parameters and buffers.
     *
     * @param from a model or a part of one
     * @param to the same part of another one, on the same backend
     */
    public static WeightCopy matching(Module from, Module to) {
        Map<String, Source> sources = new LinkedHashMap<>();
        from.state()
                .forEach((name, tensor) -> sources.put(name, new Source(tensor.shape(), target -> target.backend()
                        .assign(target, tensor))));
        return matching(sources, to);
    }

    /**
     * Copies what some file or program has.
     *
     * @param sources by the names that they have in {@code to}
     */
    public static WeightCopy matching(Map<String, Source> sources, Module to) {
        List<String> copied = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        to.state().forEach((name, target) -> {
            Source source = sources.get(name);
            if (source == null) {
                kept.add(name + ": not there");
            } else if (!source.shape().equals(target.shape())) {
                kept.add(name + ": " + target.shape() + " here, " + source.shape() + " there");
            } else {
                source.into().accept(target);
                copied.add(name);
            }
        });
        return new WeightCopy(copied, kept);
    }
}
