package dev.retort.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.retort.bench.network.Scenario;
import dev.retort.bench.peer.OnnxRuntimePeer;
import dev.retort.detection.Detector;
import dev.retort.detection.box.Detections;
import dev.retort.kernels.simd.SimdBackend;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where ONNX Runtime is on the class path: it runs the suite's own network on the suite's image, so it finds the same. */
class OnnxRuntimeAgreementTest {
    /** As docs/onnx.md states them for exported networks. */
    private static final double SCORE = 1e-4;

    private static final double PIXELS = 0.01;

    private static final Scenario SCENARIO = new Scenario(256, 320, 18, 18, 16, 32, 1, 5, 7, Scenario.ICD);

    private OnnxRuntimePeer peer;
    private Backend backend;
    private Operands operands;

    @BeforeEach
    void start() {
        try {
            peer = OnnxRuntimePeer.start(1);
        } catch (IllegalStateException notHere) {
            abort(notHere.getMessage());
        }
        backend = SimdBackend.create(1);
        operands = new Operands(backend);
    }

    @AfterEach
    void stop() {
        if (peer != null) {
            peer.close();
            operands.close();
            backend.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void findsWhatTheDetectorFinds(int batch) throws IOException {
        Networks networks = new Networks(SCENARIO, batch, operands);
        Detector detector = networks.detector("student_weights", SCENARIO.student());
        detector.network().setTraining(false);
        Detections ours = detector.detect(networks.batch()).get(0);
        Map<String, Object> task = new LinkedHashMap<>(Networks.task("inference", SCENARIO, batch));
        task.putAll(operands.told());
        assertThat(peer.prepare("infer/small", task)).isTrue();
        assertThat(peer.seconds()).isPositive();
        Detections theirs = peer.detections();
        assertThat(ours.size()).isGreaterThan(20);
        assertThat(theirs.classes()).containsExactly(ours.classes());
        assertThat(theirs.scores()).containsExactly(ours.scores(), within(SCORE));
        assertThat(theirs.boxes()).containsExactly(ours.boxes(), within(PIXELS));
    }

    @Test
    void doesInferenceAndNothingElse() {
        assertThat(peer.name()).startsWith("onnxruntime 1.");
        assertThat(peer.prepare("step/small", Networks.task("step", SCENARIO, 1)))
                .isFalse();
        assertThat(peer.prepare("ops/softmax", Map.of("kind", "softmax", "rows", 2, "columns", 3)))
                .isFalse();
    }
}
