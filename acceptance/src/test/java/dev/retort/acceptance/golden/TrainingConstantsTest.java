package dev.retort.acceptance.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The case of training takes every number of its solvers from the case: a set with others, whose results {@link HandSolver} works out,
 * passes, and no longer does if a single one is taken from elsewhere.
 */
class TrainingConstantsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String OPERATION = "icd_train_steps";
    private static final String CHANGED = "icd/changed";

    /** solver.name: another value than the packed case has. AdamW divides by the size of gradients: it takes a tiny norm to show. */
    private static final Map<String, Double> OTHERS = Map.ofEntries(
            Map.entry("student_solver.clip_value", 0.02),
            Map.entry("student_solver.momentum", 0.8),
            Map.entry("student_solver.weight_decay", 0.003),
            Map.entry("student_solver.base_lr", 0.02),
            Map.entry("student_solver.warmup_iters", 2.0),
            Map.entry("student_solver.warmup_factor", 0.3),
            Map.entry("student_solver.gamma", 0.5),
            Map.entry("teacher_solver.base_lr", 0.002),
            Map.entry("teacher_solver.weight_decay", 0.01),
            Map.entry("teacher_solver.clip_norm", 1e-7),
            Map.entry("teacher_solver.warmup_iters", 2.0),
            Map.entry("teacher_solver.warmup_factor", 0.5),
            Map.entry("teacher_solver.max_iter", 7.0));

    @TempDir
    static Path folder;

    private static Backend backend;
    private static JsonNode packed;
    private static GoldenSet set;

    /** A case that keeps what is computed instead of comparing it. */
    private static final class Recording extends GoldenCase {
        private final Map<String, double[]> results = new LinkedHashMap<>();

        Recording(GoldenSet set, JsonNode manifest) {
            super(set, manifest);
        }

        @Override
        public void expectFloat64(String name, double[] actual) {
            results.put(name, actual);
        }
    }

    private static void copyPackedCase(GoldenSet whole) throws IOException {
        JsonNode manifest;
        try (InputStream in = Files.newInputStream(whole.resolve("manifest.json"))) {
            manifest = JSON.readTree(in);
        }
        for (JsonNode node : manifest.required("cases")) {
            if (node.required("op").stringValue().equals(OPERATION)) {
                packed = node;
                String file = node.required("file").stringValue();
                Files.createDirectories(folder.resolve(file).getParent());
                try (InputStream in = Files.newInputStream(whole.resolve(file))) {
                    Files.copy(in, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    /** Writes the packed case and the changed one, which takes its inputs from it. */
    @BeforeAll
    static void writeTheOtherSet() throws IOException {
        backend = Backends.create("simd");
        for (GoldenSet whole : GoldenSet.openAll()) {
            try (whole) {
                copyPackedCase(whole);
            }
        }
        ObjectNode changed = (ObjectNode) packed.deepCopy();
        changed.put("name", CHANGED).put("file", CHANGED + ".safetensors");
        changed.put("inputs_from", packed.required("name").stringValue());
        OTHERS.forEach((name, value) -> put(changed, name, value));
        write(packed);
        SafeTensorsWriter results = new SafeTensorsWriter();
        try (GoldenSet alone = GoldenSet.open(folder)) {
            ObjectNode withInputs = changed.deepCopy();
            withInputs.put("file", packed.required("file").stringValue()).remove("inputs_from");
            Recording recording = new Recording(alone, withInputs);
            run(recording, HandSolver::new);
            for (Map.Entry<String, double[]> result : recording.results.entrySet()) {
                results.add(result.getKey(), Shape.of(recording.shape(result.getKey())), result.getValue());
            }
        }
        results.write(folder.resolve(CHANGED + ".safetensors"));
        write(packed, changed);
        set = GoldenSet.open(folder);
    }

    @AfterAll
    static void close() throws IOException {
        set.close();
        backend.close();
    }

    private static void put(ObjectNode manifest, String name, double value) {
        String[] parts = name.split("\\.");
        ((ObjectNode) manifest.required("attrs").required(parts[0])).put(parts[1], value);
    }

    private static void write(JsonNode... cases) throws IOException {
        ObjectNode manifest = JSON.createObjectNode();
        manifest.putArray("cases").addAll(List.of(cases));
        JSON.writeValue(folder.resolve("manifest.json").toFile(), manifest);
    }

    private static void run(GoldenCase golden, TrainingSolver.Maker maker) throws IOException {
        TrainingChecks.distillation(new GoldenRun(golden, backend, DType.F64), maker);
    }

    /** That is what gives its results any weight: with the numbers of the packed case it meets PyTorch's. */
    @Test
    void theSolverByHandMeetsThePackedCase() throws IOException {
        GoldenCase golden = set.get(packed.required("name").stringValue());
        run(golden, HandSolver::new);
        assertThat(golden.uncompared()).isEmpty();
    }

    @Test
    void aSetWithOtherNumbersPasses() throws Exception {
        try (GoldenRunner runner = new GoldenRunner(List.of(GoldenSet.open(folder)), new CaseSelection(List.of()))) {
            runner.run(runner.cases().get(1));
        }
    }

    static Iterable<String> numbers() {
        return OTHERS.keySet().stream().sorted().toList();
    }

    /** As a runner would have it that holds this one number itself. */
    @ParameterizedTest
    @MethodSource("numbers")
    void aSetOfWhichOneNumberIsNotReadFails(String name) throws IOException {
        String[] parts = name.split("\\.");
        double usual =
                packed.required("attrs").required(parts[0]).path(parts[1]).asDouble(TrainingSolver.GAMMA);
        ObjectNode manifest;
        try (InputStream in = Files.newInputStream(folder.resolve("manifest.json"))) {
            manifest = (ObjectNode) JSON.readTree(in).required("cases").get(1);
        }
        put(manifest, name, usual);
        GoldenCase golden = new GoldenCase(set, manifest);
        assertThatThrownBy(() -> run(golden, TrainingSolver::ofTheEngine))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(CHANGED + ": out.");
    }
}
