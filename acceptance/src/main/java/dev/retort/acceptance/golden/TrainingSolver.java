package dev.retort.acceptance.golden;

import dev.retort.autograd.Parameter;
import dev.retort.nn.optim.AdamW;
import dev.retort.nn.optim.Clipping;
import dev.retort.nn.optim.GradientSource;
import dev.retort.nn.optim.Optimizer;
import dev.retort.nn.optim.ParameterGroup;
import dev.retort.nn.optim.Schedule;
import dev.retort.nn.optim.Sgd;
import dev.retort.nn.optim.Warmup;
import dev.retort.nn.optim.WarmupCosine;
import dev.retort.nn.optim.WarmupMultiStep;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What moves the weights in a case of training: SGD of the student and AdamW of the auxiliary task, as the case's two solvers say. */
interface TrainingSolver extends AutoCloseable {
    /** detectron2's factor of each step of the learning rate, where a case names none. */
    double GAMMA = 0.1;

    /** Makes the solver of a case. */
    interface Maker {
        TrainingSolver make(JsonNode attrs, Map<String, Parameter> student, Map<String, Parameter> icd);
    }

    /** Learning rate of the student at a step. */
    double studentRate(int step);

    /** Learning rate of the auxiliary task at a step. */
    double icdRate(int step);

    /** Moves all weights by their gradients; those without a gradient stay. */
    void step(int step, GradientSource gradients);

    @Override
    void close();

    /** The engine's optimizers and schedules. */
    static TrainingSolver ofTheEngine(JsonNode attrs, Map<String, Parameter> student, Map<String, Parameter> icd) {
        JsonNode s = attrs.required("student_solver");
        JsonNode t = attrs.required("teacher_solver");
        Schedule studentSchedule = new WarmupMultiStep(
                number(s, "base_lr"),
                s.path("gamma").asDouble(GAMMA),
                Networks.integers(s.required("steps")).stream()
                        .mapToLong(Integer::longValue)
                        .toArray(),
                s.required("max_iter").intValue(),
                warmup(s));
        Schedule icdSchedule =
                new WarmupCosine(number(t, "base_lr"), 0, t.required("max_iter").intValue(), warmup(t));
        Optimizer sgd = new Sgd(
                ParameterGroup.of(student, number(s, "weight_decay")),
                number(s, "momentum"),
                new Clipping.Value(number(s, "clip_value")));
        Optimizer adamW = new AdamW(
                ParameterGroup.of(icd, number(t, "weight_decay")), new Clipping.GlobalNorm(number(t, "clip_norm")));
        return new TrainingSolver() {
            @Override
            public double studentRate(int step) {
                return studentSchedule.learningRate(step);
            }

            @Override
            public double icdRate(int step) {
                return icdSchedule.learningRate(step);
            }

            @Override
            public void step(int step, GradientSource gradients) {
                sgd.step(gradients, studentRate(step));
                adamW.step(gradients, icdRate(step));
            }

            @Override
            public void close() {
                sgd.close();
                adamW.close();
            }
        };
    }

    private static Warmup warmup(JsonNode solver) {
        return Warmup.linear(
                number(solver, "warmup_factor"), solver.required("warmup_iters").intValue());
    }

    /** A number that the case has to have. */
    static double number(JsonNode solver, String name) {
        return solver.required(name).doubleValue();
    }
}
