package dev.retort.testkit.cases;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * One call of one operation, with operands that a seed draws. Conformance kit and gradient matrix run the same cases. The
 * operands lie away from ties and kinks wherever some are differentiable.
 *
 * @param name unique, for people: operation and variant
 * @param operation what the case is counted under, such as {@code GEMM} or {@code layerNorm}
 * @param dtypes the types in which it may run
 * @param accuracy how large rounding errors may be
 * @param function makes the results; the gradient is checked of the first
 */
public record OperationCase(
        String name,
        String operation,
        Set<DType> dtypes,
        Accuracy accuracy,
        List<Operand> operands,
        Function function) {

    /** The call. The backend is the one to call operations on: the operands', or a tape over it. */
    @FunctionalInterface
    public interface Function {
        List<Tensor> apply(Backend backend, List<Tensor> operands);
    }

    /**
     * What errors depend on.
     *
     * @param length how many terms a result sums; 1 if elementwise
     * @param magnitude size of the terms; 0 if every result is accurate relative to itself
     */
    public record Accuracy(long length, double magnitude) {
        /** Every result is accurate relative to itself. */
        public static final Accuracy RELATIVE = new Accuracy(1, 0);

        /** Few operations on numbers of order one. */
        public static final Accuracy ELEMENTWISE = new Accuracy(1, 2);

        /** Sums of this many terms of order one. */
        public static Accuracy sum(long length) {
            return new Accuracy(Math.max(length, 1), 2);
        }
    }

    /** The values of all operands, each rounded to its type; the same for the same seed. */
    public List<double[]> draw(DType dtype, long seed) {
        SplittableRandom random = new SplittableRandom(seed ^ ((long) name.hashCode() << 32));
        return operands.stream().map(operand -> operand.draw(dtype, random)).toList();
    }

    /** The operands on a backend. */
    public List<Tensor> inputs(Backend backend, DType dtype, long seed) {
        List<double[]> values = draw(dtype, seed);
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            Operand operand = operands.get(i);
            inputs.add(Operand.upload(backend, values.get(i), operand.shape(), operand.type(dtype)));
        }
        return inputs;
    }

    /** The results, on the outermost backend among the operands'. */
    public List<Tensor> apply(List<Tensor> inputs) {
        return function.apply(Backend.of(inputs.toArray(Tensor[]::new)), inputs);
    }

    /** Which operands gradients are checked for. */
    public List<Integer> differentiable() {
        return IntStream.range(0, operands.size())
                .filter(i -> operands.get(i).differentiable())
                .boxed()
                .toList();
    }

    /** Those of {@code inputs} that gradients are checked for. */
    public List<Tensor> leaves(List<Tensor> inputs) {
        return differentiable().stream().map(inputs::get).toList();
    }

    /**
     * The first result as a function of the differentiable operands alone.
     *
     * @param inputs all operands; the differentiable ones give way to {@code leaves}
     */
    public Tensor first(List<Tensor> inputs, List<Tensor> leaves) {
        List<Tensor> replaced = new ArrayList<>(inputs);
        List<Integer> places = differentiable();
        for (int i = 0; i < leaves.size(); i++) {
            replaced.set(places.get(i), leaves.get(i));
        }
        return apply(replaced).get(0);
    }

    @Override
    public String toString() {
        return name;
    }
}
