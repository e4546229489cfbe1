package dev.retort.detection.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.Tape;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Expected distances and the distribution focal loss, worked out by hand, and its slopes. */
class BoxDistributionTest {
    private static final int BINS = BoxDistribution.BINS;

    private final Backend backend = Backends.create("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    /** Edge e has the probability 3/4 in bin 2e and 1/4 in bin 2e + 1. */
    private double[] logits() {
        double[] logits = new double[4 * BINS];
        Arrays.fill(logits, -1e3);
        for (int edge = 0; edge < 4; edge++) {
            logits[edge * BINS + 2 * edge] = Math.log(3);
            logits[edge * BINS + 2 * edge + 1] = 0;
        }
        return logits;
    }

    private Tensor tensor(double... logits) {
        return backend.tensor(logits, Shape.of(logits.length / 4 / BINS, 4 * BINS), DType.F64);
    }

    @Test
    void theExpectedDistanceIsTheMeanOverBins() {
        Tensor rows = backend.tensor(logits(), Shape.of(1, 1, 4 * BINS), DType.F64);
        Tensor distances = BoxDistribution.distances(rows);
        assertThat(distances.shape()).isEqualTo(Shape.of(1, 1, 4));
        assertThat(distances.toDoubles()).containsExactly(new double[] {0.25, 2.25, 4.25, 6.25}, within(1e-12));
        assertThat(BoxDistribution.distances(tensor(new double[4 * BINS])).toDoubles())
                .containsExactly(new double[] {8, 8, 8, 8}, within(1e-12));
    }

    /** Targets between the two bins, on a bin, and again. */
    @Test
    void theLossIsTheCrossEntropyOfBothNeighbors() {
        double p = -Math.log(0.75);
        double q = -Math.log(0.25);
        double expected = ((0.5 * p + 0.5 * q) + p + (0.9 * p + 0.1 * q) + q) / 4;
        double[] loss = BoxDistribution.focalLoss(tensor(logits()), new double[] {0.5, 2, 4.1, 7})
                .toDoubles();
        assertThat(loss).containsExactly(new double[] {expected}, within(1e-12));
    }

    @Test
    void targetsBeyondTheBinsCountAsTheirEnds() {
        Tensor even = tensor(new double[4 * BINS]);
        double[] ends =
                BoxDistribution.focalLoss(even, new double[] {-3, 0, 15.9, 99}).toDoubles();
        assertThat(ends).containsExactly(new double[] {Math.log(BINS)}, within(1e-12));
        double[] last = new double[4 * BINS];
        for (int edge = 0; edge < 4; edge++) {
            last[edge * BINS + BINS - 1] = 5;
            last[edge * BINS + BINS - 2] = 4;
        }
        Tensor sure = tensor(last);
        assertThat(BoxDistribution.focalLoss(sure, new double[] {99, 99, 99, 99})
                        .toDoubles())
                .isEqualTo(BoxDistribution.focalLoss(sure, new double[] {15.9, 15.9, 15.9, 15.9})
                        .toDoubles());
    }

    /** Of cross entropy: the probability less the target, here divided by four edges. */
    @Test
    void slopesAreProbabilitiesLessTargets() {
        try (Tape tape = Tape.on(backend)) {
            Tensor logits = tape.watch(tensor(new double[4 * BINS]));
            Tensor loss = BoxDistribution.focalLoss(logits, new double[] {0.25, 3, 3, 3})
                    .sum();
            double[] slopes = tape.gradients(loss).of(logits).toDoubles();
            double share = 1.0 / BINS;
            assertThat(slopes[0]).isCloseTo((share - 0.75) / 4, within(1e-12));
            assertThat(slopes[1]).isCloseTo((share - 0.25) / 4, within(1e-12));
            assertThat(slopes[2]).isCloseTo(share / 4, within(1e-12));
            assertThat(slopes[BINS + 3]).isCloseTo((share - 1) / 4, within(1e-12));
        }
    }

    @Test
    void noBoxesHaveNoLossAndNoSlope() {
        try (Tape tape = Tape.on(backend)) {
            Tensor logits = tape.watch(backend.zeros(Shape.of(3, 4 * BINS), DType.F64));
            Tensor none = logits.indexSelect(0, backend.tensor(new int[0], 0));
            Tensor loss = BoxDistribution.focalLoss(none, new double[0])
                    .sum()
                    .add(BoxDistribution.distances(none).sum());
            assertThat(loss.item()).isZero();
            assertThat(tape.gradients(loss).of(logits).toDoubles()).containsOnly(0);
        }
    }
}
