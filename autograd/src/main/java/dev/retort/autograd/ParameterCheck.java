package dev.retort.autograd;

import dev.retort.autograd.GradientCheck.Report;
import dev.retort.autograd.GradientCheck.Worst;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Holds the gradients of a whole model's loss against central differences: for each group of parameters a few elements and
 * the slope along a random direction through all of the group at once, so that every parameter counts.
 *
 * <pre>{@code
 * ParameterCheck.on(backend).check(ParameterCheck.groups(model.parameters(), 2), () -> model.loss(batch));
 * }</pre>
 *
 * A group's errors are relative to its own largest gradient (at most 1, at least 1e-4): a model's gradients differ in size
 * by orders of magnitude, and the small ones have to be right, too.
 */
public final class ParameterCheck {
    private final Backend backend;
    private final long seed;
    private final double tolerance;
    private final int samples;

    private ParameterCheck(Backend backend, long seed, double tolerance, int samples) {
        this.backend = backend;
        this.seed = seed;
        this.tolerance = tolerance;
        this.samples = samples;
    }

    /** Checks 3 elements and a direction of each group, on a backend that computes in float64, to 1e-5. */
    public static ParameterCheck on(Backend backend) {
        return new ParameterCheck(backend, 1, 1e-5, 3);
    }

    /** Another seed for the choice of elements and directions. */
    public ParameterCheck seed(long value) {
        return new ParameterCheck(backend, value, tolerance, samples);
    }

    /** Largest accepted error, see above. */
    public ParameterCheck tolerance(double value) {
        return new ParameterCheck(backend, seed, value, samples);
    }

    /** How many elements of each group are checked; a group of no more is checked whole. */
    public ParameterCheck samples(int count) {
        return new ParameterCheck(backend, seed, tolerance, count);
    }

    /**
     * Sorts parameters by the first parts of their dotted names.
     *
     * @param parts how many parts a group's name has
     */
    public static Map<String, Map<String, Parameter>> groups(Map<String, Parameter> parameters, int parts) {
        Map<String, Map<String, Parameter>> groups = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> {
            String[] path = name.split("\\.");
            String group = String.join(".", Arrays.copyOf(path, Math.min(parts, Math.max(1, path.length - 1))));
            groups.computeIfAbsent(group, key -> new LinkedHashMap<>()).put(name, parameter);
        });
        return groups;
    }

    /**
     * Checks the gradients of {@code loss} for all groups. Parameters have their values back afterwards.
     *
     * @param groups parameters by name, by name of the group; F64
     * @param loss computes a scalar from the parameters' current values, and the same one every time
     * @return the worst of each group, in their order
     */
    public Report check(Map<String, Map<String, Parameter>> groups, Supplier<Tensor> loss) {
        OfParameters subject = new OfParameters(
                backend, groups.values().stream().map(Map::values).toList(), loss);
        double[][] point = subject.read();
        Examination.Settings settings = new Examination.Settings(seed, tolerance, Double.NaN, samples, 1, false, -1, 0);
        List<Worst> worst = new ArrayList<>();
        List<String> names = List.copyOf(groups.keySet());
        try {
            for (Examination.Found found : new Examination(subject, point, settings).run()) {
                String name = names.get(found.input());
                worst.add(Worst.of(found, name, place(groups.get(name), found.index()), replay()));
            }
        } finally {
            subject.write(point);
        }
        return Report.of(tolerance, seed, worst);
    }

    private String replay() {
        return "ParameterCheck.on(backend).seed(" + seed + ").samples(" + samples + ").check(groups, loss)";
    }

    /** A group's flat index as a parameter's name and place in it. */
    private static String place(Map<String, Parameter> group, long index) {
        long rest = index;
        if (index >= 0) {
            for (Map.Entry<String, Parameter> entry : group.entrySet()) {
                Tensor data = entry.getValue().data();
                if (rest < data.size()) {
                    return entry.getKey() + " " + GradientCheck.place(data.shape(), rest);
                }
                rest -= data.size();
            }
        }
        return "along a random direction";
    }

    /** A loss as a function of groups of parameters, each a flat array. */
    private record OfParameters(Backend backend, List<Collection<Parameter>> groups, Supplier<Tensor> loss)
            implements Subject {

        double[][] read() {
            double[][] point = new double[groups.size()][];
            for (int i = 0; i < point.length; i++) {
                point[i] = flat(groups.get(i).stream().map(Parameter::data).toList());
            }
            return point;
        }

        private static double[] flat(List<Tensor> tensors) {
            double[] flat = new double
                    [Math.toIntExact(tensors.stream().mapToLong(Tensor::size).sum())];
            int at = 0;
            for (Tensor tensor : tensors) {
                if (tensor.dtype() != DType.F64) {
                    throw new ShapeException(
                            "A gradient check works in float64; this parameter is " + tensor.summary());
                }
                double[] values = tensor.toDoubles();
                System.arraycopy(values, 0, flat, at, values.length);
                at += values.length;
            }
            return flat;
        }

        void write(double[][] point) {
            for (int i = 0; i < point.length; i++) {
                int at = 0;
                for (Parameter parameter : groups.get(i)) {
                    Tensor data = parameter.data();
                    int end = at + Math.toIntExact(data.size());
                    try (Tensor values =
                            backend.upload(Arrays.copyOfRange(point[i], at, end), data.shape(), DType.F64)) {
                        backend.assign(data, values);
                    }
                    at = end;
                }
            }
        }

        @Override
        public double[] value(double[][] point) {
            write(point);
            try (Scope scope = Scope.open()) {
                return new double[] {loss.get().item()};
            }
        }

        @Override
        public double[][] gradients(double[][] point, double[] projection) {
            write(point);
            try (Scope scope = Scope.open();
                    Tape tape = Tape.on(backend)) {
                groups.forEach(tape::watch);
                Tensor y = loss.get();
                Tensor upstream = backend.full(y.shape(), DType.F64, projection[0]);
                Gradients gradients = tape.gradients(List.of(y), List.of(upstream), false);
                double[][] flat = new double[point.length][];
                for (int i = 0; i < flat.length; i++) {
                    List<Tensor> parts = new ArrayList<>();
                    for (Parameter parameter : groups.get(i)) {
                        Tensor gradient = gradients.of(parameter);
                        Shape shape = parameter.data().shape();
                        parts.add(gradient == null ? backend.full(shape, DType.F64, 0) : gradient);
                    }
                    flat[i] = flat(parts);
                }
                return flat;
            }
        }
    }
}
