package dev.retort.acceptance.golden;

import dev.retort.autograd.Parameter;
import dev.retort.nn.optim.AdamW;
import dev.retort.nn.optim.Clipping;
import dev.retort.nn.optim.Optimizer;
import dev.retort.nn.optim.ParameterGroup;
import dev.retort.nn.optim.Schedule;
import dev.retort.nn.optim.Sgd;
import dev.retort.nn.optim.Warmup;
import dev.retort.nn.optim.WarmupCosine;
import dev.retort.nn.optim.WarmupMultiStep;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** The golden cases of optimizers, clipping and learning rates. */
final class OptimChecks {
    /** Largest difference of a learning rate, relative to the base rate. */
    private static final double RATE_BOUND = 1e-12;

    private OptimChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of(
                "sgd", golden -> GoldenRun.each(golden, OptimChecks::sgd),
                "adamw", golden -> GoldenRun.each(golden, OptimChecks::adamw),
                "clip_grad_norm", golden -> GoldenRun.each(golden, OptimChecks::clipNorm),
                "clip_grad_value", golden -> GoldenRun.each(golden, OptimChecks::clipValue),
                "lr_schedule", OptimChecks::schedule);
    }

    private static void sgd(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        if (attrs.required("dampening").doubleValue() != 0) {
            throw new AssertionError("SGD has no dampening");
        }
        trajectory(
                run,
                group -> new Sgd(
                        List.of(group),
                        attrs.required("momentum").doubleValue(),
                        attrs.required("nesterov").booleanValue(),
                        new Clipping.None()));
    }

    private static void adamw(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        if (attrs.required("amsgrad").booleanValue()) {
            throw new AssertionError("AdamW has no AMSGrad form");
        }
        trajectory(
                run,
                group -> new AdamW(
                        List.of(group),
                        attrs.required("beta1").doubleValue(),
                        attrs.required("beta2").doubleValue(),
                        attrs.required("eps").doubleValue(),
                        new Clipping.None()));
    }

    /** Makes the optimizer of a case. */
    private interface Maker {
        Optimizer make(ParameterGroup group);
    }

    /** Steps by the given gradients, row by row, and compares the parameters after each step and the state at the end. */
    private static void trajectory(GoldenRun run, Maker maker) throws IOException {
        GoldenCase golden = run.golden();
        JsonNode rates = golden.attrs().required("lr_per_step");
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        Map<String, double[]> paths = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            for (String name : names(golden, "param.p")) {
                parameters.put(name.substring(6), new Parameter(run.tensor(name)));
                paths.put(name.substring(6), new double[0]);
            }
            double decay = golden.attrs().required("weight_decay").doubleValue();
            try (Optimizer optimizer = maker.make(ParameterGroup.of(parameters, decay))) {
                for (int step = 0; step < rates.size(); step++) {
                    Map<Parameter, Tensor> gradients = new LinkedHashMap<>();
                    for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
                        Shape shape = entry.getValue().data().shape();
                        Tensor rows = run.tensor("in." + entry.getKey().replace('p', 'g'));
                        gradients.put(entry.getValue(), rows.narrow(step, 1).reshape(shape));
                    }
                    optimizer.step(gradients::get, rates.get(step).doubleValue());
                    parameters.forEach((name, parameter) ->
                            paths.merge(name, parameter.data().toDoubles(), OptimChecks::join));
                }
                for (String name : parameters.keySet()) {
                    run.expect("out." + name + "_after", paths.get(name));
                }
                expectState(run, optimizer.state());
            }
            parameters.values().forEach(Parameter::close);
        }
    }

    private static void expectState(GoldenRun run, Map<String, Tensor> state) throws IOException {
        for (String name : run.golden().expectedNames()) {
            if (name.startsWith("out.state_")) {
                String parameter = name.substring(10, 12);
                String kind = name.substring(13).replace("momentum_buffer", "momentum");
                run.expect(name, state.get(kind + '.' + parameter));
            }
        }
    }

    private static double[] join(double[] a, double[] b) {
        double[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static List<String> names(GoldenCase golden, String prefix) {
        return golden.inputNames().stream()
                .filter(name -> name.startsWith(prefix))
                .sorted()
                .toList();
    }

    private static void clipNorm(GoldenRun run) throws IOException {
        try (Scope scope = Scope.open()) {
            List<Tensor> gradients = clip(
                    run,
                    new Clipping.GlobalNorm(
                            run.golden().attrs().required("max_norm").doubleValue()));
            run.expect("out.total_norm", Clipping.norm(gradients));
        }
    }

    private static void clipValue(GoldenRun run) throws IOException {
        try (Scope scope = Scope.open()) {
            clip(
                    run,
                    new Clipping.Value(
                            run.golden().attrs().required("clip_value").doubleValue()));
        }
    }

    /** Compares the clipped gradients, and gives those before. */
    private static List<Tensor> clip(GoldenRun run, Clipping clipping) throws IOException {
        List<String> names = names(run.golden(), "in.g");
        List<Tensor> gradients = new ArrayList<>();
        for (String name : names) {
            gradients.add(run.tensor(name));
        }
        List<Tensor> clipped = clipping.clip(gradients);
        for (int i = 0; i < names.size(); i++) {
            run.expect(names.get(i).replace("in.", "out."), clipped.get(i));
        }
        return gradients;
    }

    private static void schedule(GoldenCase golden) throws IOException {
        JsonNode attrs = golden.attrs();
        double base = attrs.required("BASE_LR").doubleValue();
        long iterations = attrs.required("MAX_ITER").longValue();
        Warmup warmup = new Warmup(
                Warmup.Method.valueOf(
                        attrs.required("WARMUP_METHOD").stringValue().toUpperCase(Locale.ROOT)),
                attrs.required("WARMUP_FACTOR").doubleValue(),
                attrs.required("WARMUP_ITERS").longValue(),
                attrs.required("RESCALE_INTERVAL").booleanValue());
        Schedule schedule =
                switch (attrs.required("LR_SCHEDULER_NAME").stringValue()) {
                    case "WarmupMultiStepLR" ->
                        new WarmupMultiStep(
                                base,
                                attrs.required("GAMMA").doubleValue(),
                                longs(attrs.required("STEPS")),
                                iterations,
                                warmup);
                    case "WarmupCosineLR" ->
                        new WarmupCosine(base, attrs.required("BASE_LR_END").doubleValue(), iterations, warmup);
                    default -> throw new AssertionError("No schedule of that name: " + attrs);
                };
        double[] rates = Arrays.stream(golden.longs("in.iteration"))
                .mapToDouble(schedule::learningRate)
                .toArray();
        golden.expectWithin("out.lr", rates, RATE_BOUND * base);
    }

    private static long[] longs(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToLong(JsonNode::longValue)
                .toArray();
    }
}
