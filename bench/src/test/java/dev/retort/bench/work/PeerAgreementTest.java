package dev.retort.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.retort.bench.network.Scenario;
import dev.retort.bench.peer.PythonPeer;
import dev.retort.detection.box.Detections;
import dev.retort.detection.data.CocoDataset;
import dev.retort.distill.recipe.Recipe;
import dev.retort.distill.train.Detector;
import dev.retort.distill.train.Distiller;
import dev.retort.distill.train.Trainer;
import dev.retort.kernels.simd.Parallel;
import dev.retort.kernels.simd.SimdBackend;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where PyTorch is installed: it does the same work, so with the same weights it gets the same numbers. */
class PeerAgreementTest {
    private static final double PERCENT = 0.05;

    /**
     * Large enough that anchors do not tie for a box by overlapping it alike, which float32 and float64 would break differently;
     * with less than 16 channels PyTorch 1.13's channels-last gradients write beyond their memory.
     */
    private static final Scenario SCENARIO = new Scenario(256, 320, 18, 18, 16, 32, 1, 5, 7);

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
        backend = SimdBackend.create(new Parallel(1));
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
        assertThat(Arrays.stream(found.boxes()).sum()).isCloseTo(result.get("boxes"), withinPercentage(PERCENT));
        assertThat(Arrays.stream(found.scores()).sum()).isCloseTo(result.get("scores"), withinPercentage(PERCENT));
    }

    /** The sampled instances are drawn by each side for itself; all that does not hang on them agrees. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void step(int batch) throws IOException {
        Networks networks = new Networks(SCENARIO, batch, operands);
        CocoDataset dataset = networks.dataset();
        Recipe recipe = networks.recipe(SCENARIO.student());
        Detector teacher = networks.detector("teacher_weights", SCENARIO.teacher());
        Detector student = networks.detector("student_weights", SCENARIO.student());
        Map<String, Double> losses;
        try (Distiller distiller = new Distiller(
                        recipe, dataset, teacher, recipe.training().iterations());
                Trainer trainer = new Trainer(recipe, dataset, student, distiller)) {
            losses = trainer.step().losses();
        }
        Map<String, Double> result = peerResult("step", batch);
        assertThat(result).containsOnlyKeys("classification", "box", "identification", "localisation", "distillation");
        assertThat(losses.get("classification")).isCloseTo(result.get("classification"), withinPercentage(PERCENT));
        assertThat(losses.get("box")).isCloseTo(result.get("box"), withinPercentage(PERCENT));
        assertThat(losses.get("distillation")).isCloseTo(result.get("distillation"), withinPercentage(20));
    }
}
