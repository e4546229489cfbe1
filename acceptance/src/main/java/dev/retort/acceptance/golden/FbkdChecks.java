package dev.retort.acceptance.golden;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.distill.fbkd.FbkdLoss;
import dev.retort.distill.fbkd.FbkdPart;
import dev.retort.nn.BuildContext;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** Golden cases of FBKD: masks, the parts of each level, and the gradients of students, adapters and both sides' blocks. */
final class FbkdChecks implements AutoCloseable {
    /** Constant of the blocks' norm, which the engine has, too. */
    private static final double EPSILON = 1e-5;

    private final GoldenRun run;
    private final JsonNode attrs;
    private final double temperature;
    private final List<RenamedParameters> parameters = new ArrayList<>();

    private FbkdChecks(GoldenRun run) {
        this.run = run;
        attrs = run.golden().attrs();
        temperature = attrs.required("temperature").doubleValue();
        if (attrs.required("bn_eps").doubleValue() != EPSILON) {
            throw new AssertionError("FBKD's norm is built with eps 1e-5, not " + attrs);
        }
    }

    static void check(GoldenRun run) throws IOException {
        try (FbkdChecks checks = new FbkdChecks(run);
                Tape tape = run.tape()) {
            checks.check(tape);
        }
    }

    private void check(Tape tape) throws IOException {
        PyramidMaps maps = new PyramidMaps(run, tape);
        Tensor loss = null;
        for (int i = 0; i < maps.levels.size(); i++) {
            Tensor sum = level(tape, maps, i, attrs.required("pools").get(i));
            loss = loss == null ? sum : loss.add(sum);
        }
        Gradients gradients = maps.expect(tape, loss);
        for (RenamedParameters part : parameters) {
            part.expect(gradients);
        }
    }

    /**
     * The weighted sum of a level's parts, each compared.
     *
     * @param pools one after the other, which is one of their product
     */
    private Tensor level(Tape tape, PyramidMaps maps, int number, JsonNode pools) throws IOException {
        String level = maps.levels.get(number);
        Tensor student = maps.students.get(number);
        Tensor teacher = maps.teachers.get(number);
        int in = student.dim(3);
        int out = teacher.dim(3);
        int pool = StreamSupport.stream(pools.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .reduce(1, Math::multiplyExact);
        BuildContext at = Networks.context(run);
        Map<String, FbkdPart> parts = new LinkedHashMap<>();
        parts.put("feature", new FbkdPart.Feature(at, in, out, temperature));
        parts.put("channel", new FbkdPart.Channel(at, in, out));
        parts.put("spatial", new FbkdPart.Spatial(at));
        parts.put("relation", new FbkdPart.Relation(at, in, out, pool));
        for (Map.Entry<String, FbkdPart> part : parts.entrySet()) {
            RenamedParameters stored =
                    new RenamedParameters(run, part.getValue(), own -> level + "." + name(part.getKey(), own));
            parameters.add(stored);
            stored.load();
            tape.watch(part.getValue().trainableParameters());
        }
        run.expect("out.mask_" + level, FbkdLoss.mask(student, teacher, temperature), Networks.CHANNELS_FIRST);
        Tensor sum = null;
        for (Map.Entry<String, FbkdPart> part : parts.entrySet()) {
            Tensor loss = part.getValue().loss(student, teacher);
            run.expect("out." + part.getKey() + "_" + level, loss);
            Tensor weighted = loss.mul(attrs.required(part.getKey() + "_weight").doubleValue());
            sum = sum == null ? weighted : sum.add(weighted);
        }
        return sum;
    }

    /** The relation's {@code student.key.weight} is {@code student_non_local.phi.weight} there. */
    private static String name(String part, String own) {
        String adapter =
                switch (part) {
                    case "feature" -> "adaptation_layers";
                    case "relation" -> "non_local_adaptation";
                    default -> part + "_wise_adaptation";
                };
        return own.replace("adapter", adapter)
                .replaceFirst("^(student|teacher)", "$1_non_local")
                .replace(".query.", ".theta.")
                .replace(".key.", ".phi.")
                .replace(".value.", ".g.")
                .replace(".output.", ".conv_out.")
                .replace(".gamma", ".conv_out.bn.weight")
                .replace(".beta", ".conv_out.bn.bias");
    }

    @Override
    public void close() {
        parameters.forEach(part -> part.module().close());
    }
}
