package dev.retort.detection.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.GradientCheck;
import dev.retort.detection.box.BoxCoder;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Boxes from deltas, with their slopes. */
class BoxDecodingTest {
    private final Backend backend = Backends.create("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private Tensor boxes(double... values) {
        return backend.tensor(values, Shape.of(values.length / 4, 4), DType.F64);
    }

    @Test
    void decodingInvertsEncodingForAnyWeights() {
        BoxCoder coder = new BoxCoder(10, 5, 2, 4, BoxCoder.DEFAULT_SCALE_CLAMP);
        double[] anchors = {0, 0, 10, 20, -5, 3, 7, 8};
        double[] goals = {1, 2, 11, 32, 0, 0, 3, 90};
        Tensor decoded = BoxDecoding.decode(coder, boxes(coder.encode(anchors, goals)), anchors);
        assertThat(decoded.toDoubles()).containsExactly(goals, within(1e-12));
    }

    @Test
    void decodingLimitsScalesFromAboveOnly() {
        double[] anchor = {-1, -1, 1, 1};
        Tensor decoded = BoxDecoding.decode(BoxCoder.RETINANET, boxes(0, 0, 50, -50), anchor);
        double[] box = decoded.toDoubles();
        assertThat(box[2]).as("1000/16 times the anchor").isCloseTo(62.5, within(1e-9));
        assertThat(box[3]).isPositive().isLessThan(1e-20);
    }

    @Test
    void gradientsOfDecodingAreTheSlopesAndZeroBeyondTheLimit() {
        double[] anchors = {0, 0, 10, 20, -5, 3, 7, 8};
        GradientCheck.on(backend)
                .require(
                        inputs -> BoxDecoding.decode(
                                new BoxCoder(10, 5, 2, 4, BoxCoder.DEFAULT_SCALE_CLAMP), inputs.get(0), anchors),
                        List.of(boxes(0.3, -1, 0.5, 40, 2, 1, -3, 0.25)));
    }
}
