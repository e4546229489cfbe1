package dev.retort.nn.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.autograd.Parameter;
import dev.retort.nn.TestTensors;
import dev.retort.nn.optim.GradientAccumulator;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks' gradients have the bits of one rank that accumulates. */
@Timeout(60)
class GradientExchangeTest {
    private static final int STEPS = 3;
    private static final int[][] SHAPES = {{}, {3}, {2, 5}, {1}, {7, 3}, {2}, {1001}};

    private static List<Parameter> parameters(Backend backend) {
        List<Parameter> parameters = new ArrayList<>();
        for (int[] shape : SHAPES) {
            int size = 1;
            for (int extent : shape) {
                size *= extent;
            }
            parameters.add(new Parameter(backend.tensor(new float[size], shape)));
        }
        return parameters;
    }

    /** Of a micro-batch, counted over steps; some are missing, parameter 3 in whole steps. In the caller's scope. */
    private static GradientSource gradients(List<Parameter> parameters, int microBatch, int step) {
        List<Tensor> gradients = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(microBatch);
        for (int place = 0; place < parameters.size(); place++) {
            Tensor data = parameters.get(place).data();
            float[] values = new float[(int) data.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(random.nextLong());
            }
            boolean missing = place == 3 && step == 1 || (microBatch + place) % 4 == 0;
            gradients.add(missing ? null : data.backend().upload(values, data.shape(), data.dtype()));
        }
        return parameter -> gradients.get(parameters.indexOf(parameter));
    }

    /** Of many sizes, so that sums in another order have other bits; and -0. */
    private static float value(long draw) {
        return (draw & 7) == 0 ? -0f : (int) draw * (1f / (1 << (draw >>> 60)));
    }

    private static List<float[]> means(List<Parameter> parameters, GradientSource source) {
        List<float[]> means = new ArrayList<>();
        for (Parameter parameter : parameters) {
            Tensor mean = source.of(parameter);
            means.add(mean == null ? new float[0] : mean.toFloats());
            assertThat(mean == null || mean.shape().equals(parameter.data().shape()))
                    .isTrue();
        }
        return means;
    }

    private static List<float[]> accumulated(String name, int microBatches) {
        List<float[]> means = new ArrayList<>();
        try (Backend backend = Backends.create(name)) {
            List<Parameter> parameters = parameters(backend);
            try (GradientAccumulator accumulator = new GradientAccumulator(parameters, microBatches)) {
                for (int batch = 0; batch < STEPS * microBatches; batch++) {
                    try (Scope scope = Scope.open()) {
                        if (accumulator.add(gradients(parameters, batch, batch / microBatches))) {
                            means.addAll(means(parameters, accumulator));
                        }
                    }
                }
            }
        }
        return means;
    }

    private static List<float[]> exchanged(
            String name, int microBatches, boolean overlapped, int bucket, Communicator ranks) {
        List<float[]> means = new ArrayList<>();
        try (Backend backend = Backends.create(name)) {
            List<Parameter> parameters = parameters(backend);
            try (GradientExchange exchange =
                    new GradientExchange(parameters, microBatches, ranks, overlapped, bucket)) {
                for (int batch = 0; batch < STEPS * microBatches; batch++) {
                    try (Scope scope = Scope.open()) {
                        int number = batch * ranks.size() + ranks.rank();
                        if (exchange.add(gradients(parameters, number, batch / microBatches))) {
                            means.addAll(means(parameters, exchange));
                        }
                    }
                }
            }
            parameters.forEach(Parameter::close);
            assertThat(backend.memory().liveBytes()).isZero();
        }
        return means;
    }

    @ParameterizedTest
    @CsvSource({
        "simd,1,2,99,true",
        "simd,1,2,99,false",
        "simd,2,1,9999,true",
        "simd,4,1,16,true",
        "simd,3,2,1,false",
        "reference,3,1,16,false",
        "reference,5,3,4,true"
    })
    void theBitsAreThoseOfOneRankThatAccumulates(
            String backend, int size, int microBatches, int bucket, boolean overlapped) {
        List<float[]> expected = accumulated(backend, size * microBatches);
        ThreadRanks.run(size, Duration.ofSeconds(50), ranks -> {
            List<float[]> means = exchanged(backend, microBatches, overlapped, bucket, ranks);
            assertThat(means).hasSameSizeAs(expected);
            for (int i = 0; i < means.size(); i++) {
                assertThat(bits(means.get(i))).as("mean %d", i).isEqualTo(bits(expected.get(i)));
            }
        });
    }

    /** Distinguishes 0 and -0. */
    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    @Test
    void aStepThatIsNotWholeAndOtherTypesAreRefused() {
        try (Backend backend = TestTensors.reference();
                Parameter single = new Parameter(backend.tensor(new float[] {1}, 1));
                Parameter twice = new Parameter(backend.tensor(new double[] {1}, 1));
                GradientExchange exchange = new GradientExchange(List.of(single), 2, Communicator.alone(), false)) {
            exchange.add(parameter -> single.data());
            assertThatThrownBy(() -> exchange.of(single)).hasMessageContaining("1 of 2");
            assertThatThrownBy(() -> new GradientExchange(List.of(twice), 1, Communicator.alone(), false))
                    .hasMessageContaining("F32");
            assertThatThrownBy(() -> new GradientExchange(List.of(single), 0, Communicator.alone(), false))
                    .hasMessageContaining("0");
        }
    }

    /** Two buckets; the second one's exchange has ended, with the sums still to come, before the first one's gradient is there. */
    @Test
    void aBucketIsUnderWayWhileOthersAreComputed() {
        ThreadRanks.run(2, Duration.ofSeconds(50), ranks -> {
            CountDownLatch second = new CountDownLatch(1);
            try (Backend backend = Backends.create("simd");
                    Parameter one = new Parameter(backend.tensor(new float[2], 2));
                    Parameter two = new Parameter(backend.tensor(new float[2], 2));
                    GradientExchange exchange =
                            new GradientExchange(List.of(one, two), 1, telling(ranks, second), true, 2);
                    Tensor gradient = backend.tensor(new float[] {2, 4 * ranks.rank()}, 2)) {
                exchange.begin(Set.of());
                exchange.ready(two, gradient);
                assertThat(awaits(second)).isTrue();
                exchange.ready(one, gradient);
                assertThat(exchange.finish()).isTrue();
                assertThat(exchange.of(one).toFloats()).containsExactly(2, 2);
                assertThat(exchange.of(two).toFloats()).containsExactly(2, 2);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAnExchangeThrowsEndsTheBackwardPass(boolean overlapped) {
        CountDownLatch begun = new CountDownLatch(1);
        Communicator failing = (Communicator) Proxy.newProxyInstance(
                Communicator.class.getClassLoader(), new Class<?>[] {Communicator.class}, (self, method, arguments) -> {
                    if (method.getName().equals("reduceScatter")) {
                        begun.countDown();
                        throw new PeerException(Communicator.alone().peer(0), "is gone");
                    }
                    return method.invoke(Communicator.alone(), arguments);
                });
        try (Backend backend = Backends.create("simd")) {
            List<Parameter> parameters = parameters(backend);
            try (Scope scope = Scope.open();
                    GradientExchange exchange = new GradientExchange(parameters, 1, failing, overlapped, 1)) {
                exchange.begin(Set.of());
                assertThatThrownBy(() -> {
                            for (int place = parameters.size() - 1; place >= 0; place--) {
                                Tensor data = parameters.get(place).data();
                                exchange.ready(parameters.get(place), data);
                                awaits(begun);
                            }
                            exchange.finish();
                        })
                        .isInstanceOf(PeerException.class)
                        .hasMessageContaining("is gone");
            }
            parameters.forEach(Parameter::close);
            assertThat(backend.memory().liveBytes()).isZero();
        }
    }

    private static boolean awaits(CountDownLatch latch) {
        try {
            return latch.await(40, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens the latch when an array has been exchanged. */
    private static Communicator telling(Communicator ranks, CountDownLatch latch) {
        return (Communicator) Proxy.newProxyInstance(
                Communicator.class.getClassLoader(), new Class<?>[] {Communicator.class}, (self, method, arguments) -> {
                    Object result;
                    try {
                        result = method.invoke(ranks, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (method.getName().equals("reduceScatter")) {
                        latch.countDown();
                    }
                    return result;
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void heldParametersAreNotWaitedForAndHaveNoMean(boolean overlapped) {
        ThreadRanks.run(2, Duration.ofSeconds(50), ranks -> {
            CountDownLatch any = new CountDownLatch(1);
            try (Backend backend = Backends.create("simd");
                    Parameter free = new Parameter(backend.tensor(new float[1], 1));
                    Parameter held = new Parameter(backend.tensor(new float[1], 1));
                    GradientExchange exchange =
                            new GradientExchange(List.of(free, held), 1, telling(ranks, any), overlapped);
                    Tensor gradient = backend.tensor(new float[] {3}, 1)) {
                exchange.begin(Set.of(held));
                exchange.ready(free, gradient);
                assertThat(awaits(any)).isTrue();
                assertThat(exchange.finish()).isTrue();
                assertThat(exchange.of(free).toFloats()).containsExactly(3);
                assertThat(exchange.of(held)).isNull();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRankThatFailsInItsBackwardPassEndsTheOthers(boolean overlapped) {
        assertThatThrownBy(() -> ThreadRanks.run(2, Duration.ofSeconds(50), ranks -> {
                    try (Backend backend = Backends.create("simd")) {
                        List<Parameter> parameters = parameters(backend);
                        try (Scope scope = Scope.open();
                                GradientExchange exchange =
                                        new GradientExchange(parameters, 1, ranks, overlapped, 16)) {
                            exchange.begin(Set.of());
                            exchange.ready(parameters.get(6), backend.tensor(new float[1001], 1001));
                            if (ranks.rank() == 1) {
                                throw new IllegalStateException("no memory left");
                            }
                            exchange.finish();
                        } finally {
                            parameters.forEach(Parameter::close);
                            assertThat(backend.memory().liveBytes()).isZero();
                        }
                    }
                }))
                .isInstanceOf(PeerException.class)
                .hasMessage("Rank 1 on localhost failed: no memory left");
    }
}
