package dev.retort.nn.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Norm;
import dev.retort.nn.TestTensors;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A residual net whose blocks are checkpointed: the same bits in less memory. */
class CheckpointingTest {
    /**
     * What a training step leaves.
     *
     * @param held bytes that the forward run keeps for the backward run
     * @param peak most bytes that lived at once, over those of the net
     */
    private record Step(Map<String, float[]> gradients, Map<String, float[]> buffers, long held, long peak) {}

    private static Step step(int depth, Norm norm, int freezeAt, boolean checkpointing) {
        Backend backend = Backends.create("simd");
        ResNetOptions options =
                ResNetOptions.of(depth).withWidth(8).withNorm(norm).withFreezeAt(freezeAt);
        Map<String, float[]> gradients = new LinkedHashMap<>();
        Map<String, float[]> buffers = new LinkedHashMap<>();
        long held;
        long peak;
        try (ResNet net = new ResNet(BuildContext.root(backend, DType.F32, 1), options);
                Tensor images =
                        backend.tensor(TestTensors.values(2, 128 * 128 * 3), Shape.of(1, 128, 128, 3), DType.F32)) {
            net.setCheckpointing(checkpointing);
            long own = backend.memory().liveBytes();
            try (Tape tape = Tape.on(backend)) {
                tape.watch(net.trainableParameters());
                ResNet.Features features = net.forward(images);
                held = backend.memory().liveBytes() - own;
                // Every stage's result is used by the next one and by the loss, as by a pyramid.
                Tensor loss = features.res3()
                        .square()
                        .mean()
                        .add(features.res4().square().mean())
                        .add(features.res5().square().mean());
                Gradients found = tape.gradients(loss);
                peak = backend.memory().peakLiveBytes() - own;
                net.parameters().forEach((name, parameter) -> {
                    if (found.of(parameter) != null) {
                        gradients.put(name, found.of(parameter).toFloats());
                    }
                });
            }
            net.buffers().forEach((name, buffer) -> buffers.put(name, buffer.toFloats()));
        }
        assertThat(backend.memory().liveBytes()).isZero();
        return new Step(gradients, buffers, held, peak);
    }

    @ParameterizedTest
    @CsvSource({"34, BATCH, 0", "18, FROZEN, 0", "18, BATCH, 0", "18, BATCH, 2", "50, BATCH, 0"})
    void theSameBitsInLessMemory(int depth, Norm norm, int freezeAt) {
        Step plain = step(depth, norm, freezeAt, false);
        Step checkpointed = step(depth, norm, freezeAt, true);
        assertThat(checkpointed.gradients.keySet()).isEqualTo(plain.gradients.keySet());
        plain.gradients.forEach((name, gradient) ->
                assertThat(checkpointed.gradients.get(name)).as(name).containsExactly(gradient));
        // Running statistics have moved once.
        plain.buffers.forEach((name, buffer) ->
                assertThat(checkpointed.buffers.get(name)).as(name).containsExactly(buffer));
        assertThat(checkpointed.held).isLessThan(plain.held / 2);
        assertThat(checkpointed.peak).isLessThan(plain.peak);
    }
}
