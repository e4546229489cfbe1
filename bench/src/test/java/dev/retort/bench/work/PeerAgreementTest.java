package dev.retort.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.retort.bench.network.Scenario;
import dev.retort.bench.peer.PythonPeer;
import dev.retort.detection.Detector;
import dev.retort.detection.RecipeBatches;
import dev.retort.detection.box.Detections;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.Trainer;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.Distiller;
import dev.retort.distill.icd.IcdDistillation;
import dev.retort.distill.icd.SlotDraws;
import dev.retort.kernels.simd.SimdBackend;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Shape;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where PyTorch is installed: it does the same work, so with the same weights it gets the same numbers. */
class PeerAgreementTest {
    /**
     * Relative distance of two float32 computations of one number: some 40 operations lead to it, each off by 4 units of 2^-24 at most on
     * either side. Measured with PyTorch 1.13: 4e-7.
     */
    private static final double ACCEPTED = 1e-5;

    /**
     * Large enough that anchors do not tie for a box by overlapping it alike, which float32 and float64 would break differently;
     * with less than 16 channels PyTorch 1.13's channels-last gradients write beyond their memory.
     */
    private static final Scenario SCENARIO = new Scenario(256, 320, 18, 18, 16, 32, 1, 5, 7, Scenario.ICD);

    private PythonPeer peer;
    private Backend backend;
    private Operands operands;

    @BeforeEach
    void start() {
        try {
            peer = PythonPeer.start(1);
        } catch (IllegalStateException notInstalled) {
            abort(notInstalled.getMessage());
        }
        backend = SimdBackend.create(1);
        operands = new Operands(backend);
    }

    @AfterEach
    void stop() {
        if (peer != null) {
            operands.close();
            backend.close();
            peer.close();
        }
    }

    private Map<String, Double> peerResult(String kind, int batch) {
        Map<String, Object> task = new LinkedHashMap<>(Networks.task(kind, SCENARIO, batch));
        task.putAll(operands.told());
        assertThat(peer.prepare(kind, task)).isTrue();
        assertThat(peer.seconds()).isPositive();
        return peer.result();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void inference(int batch) throws IOException {
        Networks networks = new Networks(SCENARIO, batch, operands);
        Detector detector = networks.detector("student_weights", SCENARIO.student());
        detector.network().setTraining(false);
        Detections found = detector.detect(networks.batch()).get(0);
        Map<String, Double> result = peerResult("inference", batch);
        assertThat(found.size()).isGreaterThan(20).isEqualTo(result.get("count").intValue());
        agrees("boxes", Arrays.stream(found.boxes()).sum(), result);
        agrees("scores", Arrays.stream(found.scores()).sum(), result);
    }

    /** PyTorch takes the auxiliary task's weights and the sampled instances as they are here, so every term of the loss agrees. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void step(int batch) throws IOException {
        Networks networks = new Networks(SCENARIO, batch, operands);
        CocoDataset dataset = networks.dataset();
        Recipe recipe = networks.recipe(SCENARIO.student());
        Detector teacher = networks.detector("teacher_weights", SCENARIO.teacher());
        Detector student = networks.detector("student_weights", SCENARIO.student());
        Map<String, Double> losses;
        try (Distiller distiller = new Distiller(new DistillationProvider.Context(
                        recipe, dataset, teacher, student, recipe.training().iterations()));
                Trainer trainer = new Trainer(recipe, dataset, student, List.of(distiller))) {
            int divisor = student.network().sizeDivisor();
            tellObjective(
                    distiller.method(IcdDistillation.class).orElseThrow(),
                    RecipeBatches.evaluation(recipe, dataset, divisor).at(0));
            losses = trainer.step().losses();
        }
        Map<String, Double> result = peerResult("step", batch);
        assertThat(result).containsOnlyKeys("classification", "box", "identification", "localization", "distillation");
        agrees("classification", losses.get("classification"), result);
        agrees("box", losses.get("box"), result);
        agrees("identification", losses.get("identification.0"), result);
        agrees("localization", losses.get("localization.0"), result);
        agrees("distillation", losses.get("distillation"), result);
    }

    private static void agrees(String name, double ours, Map<String, Double> theirs) {
        double expected = theirs.get(name);
        assertThat(ours).as(name).isCloseTo(expected, within(ACCEPTED * Math.abs(expected)));
    }

    /** Writes the weights of what distils, and what the first step draws for each image. */
    private void tellObjective(IcdDistillation icd, Batch batch) throws IOException {
        SafeTensorsWriter file = new SafeTensorsWriter();
        icd.objective()
                .parameters()
                .forEach((name, parameter) -> file.add(
                        name, parameter.data().shape(), parameter.data().toFloats()));
        List<SlotDraws> draws = icd.instances(batch, 0).draws();
        int slots = draws.get(0).slots();
        file.add("draws.classes", Shape.of(draws.size(), slots), floats(draws, d -> Arrays.stream(d.classes())
                .asDoubleStream()));
        file.add("draws.boxes", Shape.of(draws.size(), slots, 4), floats(draws, d -> Arrays.stream(d.boxes())));
        file.add("draws.jitter", Shape.of(draws.size(), slots, 2), floats(draws, d -> Arrays.stream(d.jitter())));
        Path path = operands.folder().resolve("icd.safetensors");
        file.write(path);
        operands.tell("icd", path.toString());
    }

    private static float[] floats(List<SlotDraws> draws, Function<SlotDraws, DoubleStream> part) {
        double[] values = draws.stream().flatMapToDouble(part::apply).toArray();
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
