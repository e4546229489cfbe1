package dev.retort.acceptance.golden;

import dev.retort.autograd.Parameter;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import tools.jackson.databind.JsonNode;

/** Clipping, SGD, AdamW and both schedules once more, in plain arithmetic on arrays: what the engine's are held against. */
final class HandSolver implements TrainingSolver {
    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.999;
    private static final double ADAM_EPS = 1e-8;
    /** PyTorch's, in clip_grad_norm_. */
    private static final double NORM_EPS = 1e-6;

    private final JsonNode s;
    private final JsonNode t;
    private final Map<String, Parameter> student;
    private final Map<String, Parameter> icd;
    private final Map<String, double[]> momentum = new LinkedHashMap<>();
    private final Map<String, double[]> first = new LinkedHashMap<>();
    private final Map<String, double[]> second = new LinkedHashMap<>();

    HandSolver(JsonNode attrs, Map<String, Parameter> student, Map<String, Parameter> icd) {
        s = attrs.required("student_solver");
        t = attrs.required("teacher_solver");
        this.student = student;
        this.icd = icd;
    }

    private double of(JsonNode solver, String name) {
        return TrainingSolver.number(solver, name);
    }

    /** base*gamma^k, k the steps reached; during warm-up on the line from factor*base to the rate at its end. */
    @Override
    public double studentRate(int step) {
        return warmed(s, step, this::afterSteps);
    }

    private double afterSteps(double step) {
        double rate = of(s, "base_lr");
        for (int reached : Networks.integers(s.required("steps"))) {
            rate *= step >= reached ? s.path("gamma").asDouble(GAMMA) : 1;
        }
        return rate;
    }

    /** base*(1 + cos(pi*step/iterations))/2, likewise. */
    @Override
    public double icdRate(int step) {
        return warmed(t, step, i -> of(t, "base_lr") * (1 + Math.cos(Math.PI * i / of(t, "max_iter"))) / 2);
    }

    private double warmed(JsonNode solver, int step, DoubleUnaryOperator rate) {
        double length = of(solver, "warmup_iters");
        if (step >= length) {
            return rate.applyAsDouble(step);
        }
        double start = of(solver, "warmup_factor") * rate.applyAsDouble(0);
        return start + (rate.applyAsDouble(length) - start) * step / length;
    }

    @Override
    public void step(int step, GradientSource gradients) {
        double limit = of(s, "clip_value");
        student.forEach((name, parameter) -> {
            double[] g = values(gradients.of(parameter));
            if (g != null) {
                double[] p = parameter.data().toDoubles();
                double[] buffer = momentum.computeIfAbsent(name, n -> new double[p.length]);
                for (int i = 0; i < p.length; i++) {
                    double clipped = Math.max(-limit, Math.min(limit, g[i]));
                    buffer[i] = of(s, "momentum") * buffer[i] + clipped + of(s, "weight_decay") * p[i];
                    p[i] -= studentRate(step) * buffer[i];
                }
                write(parameter, p);
            }
        });
        adamW(step, gradients);
    }

    private void adamW(int step, GradientSource gradients) {
        double squares = 0;
        for (Parameter parameter : icd.values()) {
            double[] g = values(gradients.of(parameter));
            for (int i = 0; g != null && i < g.length; i++) {
                squares += g[i] * g[i];
            }
        }
        double scale = Math.min(1, of(t, "clip_norm") / (Math.sqrt(squares) + NORM_EPS));
        double rate = icdRate(step);
        double firstBias = 1 - Math.pow(BETA_1, step + 1);
        double secondBias = 1 - Math.pow(BETA_2, step + 1);
        icd.forEach((name, parameter) -> {
            double[] g = values(gradients.of(parameter));
            if (g != null) {
                double[] p = parameter.data().toDoubles();
                double[] m = first.computeIfAbsent(name, n -> new double[p.length]);
                double[] v = second.computeIfAbsent(name, n -> new double[p.length]);
                for (int i = 0; i < p.length; i++) {
                    double clipped = scale * g[i];
                    m[i] = BETA_1 * m[i] + (1 - BETA_1) * clipped;
                    v[i] = BETA_2 * v[i] + (1 - BETA_2) * clipped * clipped;
                    p[i] *= 1 - rate * of(t, "weight_decay");
                    p[i] -= rate * (m[i] / firstBias) / (Math.sqrt(v[i] / secondBias) + ADAM_EPS);
                }
                write(parameter, p);
            }
        });
    }

    private static double[] values(Tensor gradient) {
        return gradient == null ? null : gradient.toDoubles();
    }

    private static void write(Parameter parameter, double[] values) {
        Tensor data = parameter.data();
        try (Tensor moved = data.backend().tensor(values, data.shape(), data.dtype())) {
            data.backend().assign(data, moved);
        }
    }

    @Override
    public void close() {}
}
