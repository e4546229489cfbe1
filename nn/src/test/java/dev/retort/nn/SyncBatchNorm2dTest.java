package dev.retort.nn;

import static dev.retort.nn.TestTensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.PeerException;
import dev.retort.nn.parallel.ThreadRanks;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batch norm among ranks: one batch norm over what all of them have. */
@Timeout(60)
class SyncBatchNorm2dTest {
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final int C = 3;
    private static final double TINY = 1e-13;

    /** What a step leaves; x is [1, rows, 1, C]. */
    private record Step(double[] y, double[] x, double[] gamma, double[] beta, double[] mean, double[] variance) {}

    private static final int Y = 5;
    private static final int G = 6;

    /** Of rows from {@code from} of a batch: y, and gradients of sum(g y). */
    private static Step step(BatchNorm2d norm, int from, int rows) {
        Backend backend = norm.backend();
        try (Tape tape = Tape.on(backend)) {
            tape.watch(norm.trainableParameters());
            Tensor x = tape.watch(rows(backend, Y, from, rows));
            Tensor y = norm.forward(x);
            Gradients gradients =
                    tape.gradients(y.mul(rows(backend, G, from, rows)).sum());
            return new Step(
                    y.toDoubles(),
                    gradients.of(x).toDoubles(),
                    gradients.of(norm.parameters().get("weight")).toDoubles(),
                    gradients.of(norm.parameters().get("bias")).toDoubles(),
                    norm.buffers().get("running_mean").toDoubles(),
                    norm.buffers().get("running_var").toDoubles());
        }
    }

    private static Tensor rows(Backend backend, long seed, int from, int rows) {
        double[] all = TestTensors.values(seed, 100 * C);
        return backend.tensor(Arrays.copyOfRange(all, from * C, (from + rows) * C), Shape.of(1, rows, 1, C), DType.F64);
    }

    private static SyncBatchNorm2d norm(Backend backend, Communicator ranks) {
        SyncBatchNorm2d norm = new SyncBatchNorm2d(TestTensors.f64(backend).at("stem.norm"), C);
        TestTensors.randomize(norm, 3);
        SyncBatchNorm2d.setRanks(norm, ranks);
        return norm;
    }

    private static Step[] steps(int... counts) {
        Step[] steps = new Step[counts.length];
        ThreadRanks.run(counts.length, LONG, ranks -> {
            int rank = ranks.rank();
            int from = IntStream.of(counts).limit(rank).sum();
            try (Backend backend = TestTensors.reference();
                    SyncBatchNorm2d norm = norm(backend, ranks)) {
                steps[rank] = step(norm, from, counts[rank]);
            }
        });
        return steps;
    }

    private static Step whole(int rows) {
        try (Backend backend = TestTensors.reference();
                BatchNorm2d norm = new BatchNorm2d(TestTensors.f64(backend), C)) {
            TestTensors.randomize(norm, 3);
            return step(norm, 0, rows);
        }
    }

    /** With two ranks or four, with as many values each or not, one or none included. */
    @ParameterizedTest
    @ValueSource(strings = {"4 4", "2 7", "1 6 2 3", "5 0", "1 1"})
    void ranksHaveOneBatchNormOverAllOfThem(String text) {
        int[] counts =
                Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
        Step[] steps = steps(counts);
        Step whole = whole(IntStream.of(counts).sum());
        assertThat(joined(steps, Step::y)).containsExactly(whole.y, within(TINY));
        assertThat(joined(steps, Step::x)).containsExactly(whole.x, within(TINY));
        for (int c = 0; c < C; c++) {
            int channel = c;
            assertThat(Arrays.stream(steps)
                            .mapToDouble(step -> step.gamma[channel])
                            .sum())
                    .isEqualTo(whole.gamma[c], within(TINY));
            assertThat(Arrays.stream(steps)
                            .mapToDouble(step -> step.beta[channel])
                            .sum())
                    .isEqualTo(whole.beta[c], within(TINY));
        }
        for (Step step : steps) {
            assertThat(step.mean).containsExactly(whole.mean, within(TINY)).isEqualTo(steps[0].mean);
            assertThat(step.variance)
                    .containsExactly(whole.variance, within(TINY))
                    .isEqualTo(steps[0].variance);
        }
    }

    private static double[] joined(Step[] steps, Function<Step, double[]> values) {
        return Arrays.stream(steps).map(values).flatMapToDouble(Arrays::stream).toArray();
    }

    @Test
    void inOneRankItIsBatchNormToTheLastBit() {
        assertThat(steps(9)[0]).usingRecursiveComparison().isEqualTo(whole(9));
    }

    /** Each rank's loss is another function; the gradient is that of their sum. */
    @Test
    void gradientsAreSlopesOfTheSumOfAllRanksLosses() {
        double[][] x = {TestTensors.values(1, 2 * C), TestTensors.values(2, 3 * C)};
        double[][] gradients = new double[2][];
        losses(x, gradients);
        double h = 1e-5;
        for (int rank = 0; rank < 2; rank++) {
            for (int i = 0; i < x[rank].length; i++) {
                double at = x[rank][i];
                x[rank][i] = at + h;
                double above = losses(x, new double[2][]);
                x[rank][i] = at - h;
                double below = losses(x, new double[2][]);
                x[rank][i] = at;
                assertThat(gradients[rank][i]).isEqualTo((above - below) / (2 * h), within(1e-7));
            }
        }
    }

    private static double losses(double[][] values, double[][] gradients) {
        double[] losses = new double[values.length];
        ThreadRanks.run(values.length, LONG, ranks -> {
            int rank = ranks.rank();
            try (Backend backend = TestTensors.reference();
                    SyncBatchNorm2d norm = norm(backend, ranks);
                    Tape tape = Tape.on(backend)) {
                Tensor x =
                        tape.watch(backend.tensor(values[rank], Shape.of(1, 1, values[rank].length / C, C), DType.F64));
                Tensor y = norm.forward(x);
                Tensor loss = (rank == 0 ? y.square() : y.exp()).sum();
                losses[rank] = loss.item();
                gradients[rank] = tape.gradients(loss).of(x).toDoubles();
            }
        });
        return DoubleStream.of(losses).sum();
    }

    /** Squares of such values have no digits left for what they differ by. */
    @Test
    void smallDifferencesOfLargeValuesAreKept() {
        BatchStatistics all = BatchStatistics.together(
                List.of(new double[] {2, 1e9, 1}, new double[] {2, 1e9, 9}, new double[] {4, 1e9 + 2, 0}));
        assertThat(all.count()).isEqualTo(8);
        assertThat(all.mean()).containsExactly(1e9 + 1);
        assertThat(all.variance()).containsExactly((2 + 18 + 8) / 8.0);
    }

    @Test
    void inEvaluationAndFrozenItExchangesNothing() {
        ThreadRanks.run(2, LONG, ranks -> {
            try (Backend backend = TestTensors.reference();
                    SyncBatchNorm2d norm = norm(backend, ranks);
                    BatchNorm2d plain = new BatchNorm2d(TestTensors.f64(backend), C)) {
                TestTensors.randomize(plain, 3);
                plain.setTraining(false);
                assertThat(norm.state().keySet()).isEqualTo(plain.state().keySet());
                if (ranks.rank() == 0) {
                    norm.setTraining(false);
                    requireSame(norm, plain);
                    norm.setTraining(true);
                    norm.freeze();
                    requireSame(norm, plain);
                }
                ranks.barrier();
            }
        });
    }

    private static void requireSame(BatchNorm2d norm, BatchNorm2d plain) {
        try (Tensor x = tensor(norm.backend(), 1, 1, 2, 2, C);
                Tensor y = norm.forward(x);
                Tensor expected = plain.forward(x)) {
            assertThat(y.toDoubles()).isEqualTo(expected.toDoubles());
        }
    }

    /** The block is computed again, in all ranks; the running statistics move once. */
    @Test
    void aCheckpointedBlockHasTheSameBits() {
        ThreadRanks.run(2, LONG, ranks -> {
            Step[] steps = new Step[2];
            for (int run = 0; run < 2; run++) {
                try (Backend backend = TestTensors.reference();
                        SyncBatchNorm2d norm = norm(backend, ranks);
                        Tape tape = Tape.on(backend)) {
                    tape.watch(norm.trainableParameters());
                    Tensor x = tape.watch(rows(backend, Y, 3 * ranks.rank(), 3 + ranks.rank()));
                    Tensor y = run == 0 ? norm.forward(x) : norm.checkpointed(norm::forward, x);
                    Gradients gradients = tape.gradients(y.exp().sum());
                    steps[run] = new Step(
                            y.toDoubles(),
                            gradients.of(x).toDoubles(),
                            gradients.of(norm.parameters().get("weight")).toDoubles(),
                            gradients.of(norm.parameters().get("bias")).toDoubles(),
                            norm.buffers().get("running_mean").toDoubles(),
                            norm.buffers().get("running_var").toDoubles());
                }
            }
            assertThat(steps[1]).usingRecursiveComparison().isEqualTo(steps[0]);
        });
    }

    /** Whoever runs the ranks has to see that it was another one. */
    @Test
    void aRankThatFailsInACheckpointIsToldAsOne() {
        Throwable[] seen = new Throwable[2];
        catchThrowable(() -> ThreadRanks.run(2, LONG, ranks -> {
            int[] runs = new int[1];
            try (Backend backend = TestTensors.reference();
                    SyncBatchNorm2d norm = norm(backend, ranks);
                    Tape tape = Tape.on(backend)) {
                Tensor x = tape.watch(rows(backend, Y, 0, 3));
                Tensor y = norm.checkpointed(
                        in -> {
                            if (runs[0]++ == 1 && ranks.rank() == 1) {
                                throw new IllegalStateException("no memory");
                            }
                            return norm.forward(in);
                        },
                        x);
                seen[ranks.rank()] = catchThrowable(() -> tape.gradients(y.sum()));
                if (ranks.rank() == 1) {
                    ranks.abort(seen[1]);
                }
            }
        }));
        assertThat(seen[0]).isInstanceOf(PeerException.class).hasMessage("Rank 1 on localhost failed: no memory");
    }

    @Test
    void layersThatAreOutOfStepAreNamed() {
        Throwable[] seen = new Throwable[2];
        ThreadRanks.run(2, LONG, ranks -> {
            String name = ranks.rank() == 0 ? "res2.norm" : "res3.norm";
            try (Backend backend = TestTensors.reference();
                    SyncBatchNorm2d norm =
                            new SyncBatchNorm2d(TestTensors.f64(backend).at(name), C);
                    Tensor x = tensor(backend, 1, 1, 2, 2, C)) {
                SyncBatchNorm2d.setRanks(norm, ranks);
                seen[ranks.rank()] = catchThrowable(() -> norm.forward(x));
            }
        });
        assertThat(seen).allSatisfy(error -> assertThat(error)
                .isInstanceOf(PeerException.class)
                .hasMessageStartingWith(
                        "Rank 1 on localhost asks for 'statistics of res3.norm' with 7 numbers where rank 0"
                                + " on localhost asks for 'statistics of res2.norm' with 7 numbers"));
    }

    @Test
    void oneValueInAllRanksHasNoVariance() {
        ThreadRanks.run(2, LONG, ranks -> {
            try (Backend backend = TestTensors.reference();
                    SyncBatchNorm2d norm = norm(backend, ranks);
                    Tensor x = rows(backend, Y, 0, ranks.rank())) {
                assertThatThrownBy(() -> norm.forward(x))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining("two or more values a channel");
            }
        });
    }

    @Test
    void aSecondDerivativeAmongRanksIsRefused() {
        ThreadRanks.run(2, LONG, ranks -> {
            try (Backend backend = TestTensors.reference();
                    SyncBatchNorm2d norm = norm(backend, ranks);
                    Tape outer = Tape.on(backend);
                    Tape inner = Tape.on(outer)) {
                Tensor x = inner.watch(outer.watch(rows(backend, Y, 0, 3)));
                Tensor loss = norm.forward(x).exp().sum();
                assertThatThrownBy(() -> inner.gradients(loss))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("'stem.norm' has no second derivative among ranks");
            }
        });
    }
}
