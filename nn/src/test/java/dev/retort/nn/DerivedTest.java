package dev.retort.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kept values under several threads that all begin at the same moment. */
class DerivedTest {
    private static final int THREADS = 4;
    private static final int ROUNDS = 300;

    private final Backend backend = TestTensors.reference();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final CyclicBarrier barrier = new CyclicBarrier(THREADS);

    @AfterEach
    void nothingIsLeft() {
        threads.shutdown();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    /** What each thread's run of the task gives; they leave a barrier together. */
    private <T> List<T> together(Callable<T> task) throws Exception {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            futures.add(threads.submit(() -> {
                barrier.await();
                return task.call();
            }));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get());
        }
        return results;
    }

    private double[] forward(Conv2d conv) {
        try (Scope scope = Scope.open()) {
            return conv.forward(TestTensors.tensor(backend, 5, 1, 3, 3, 2)).toDoubles();
        }
    }

    private Conv2d frozen(Norm norm) {
        Conv2d conv = new Conv2d(TestTensors.f64(backend), Conv2d.of(2, 3, 1).withNorm(norm));
        conv.setTraining(false);
        return conv;
    }

    @ParameterizedTest
    @EnumSource(names = {"FROZEN", "BATCH"})
    void aFreshFoldedConvolutionServesAllThreads(Norm norm) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (Conv2d conv = frozen(norm);
                    Conv2d twin = frozen(norm)) {
                TestTensors.randomize(conv, round);
                TestTensors.randomize(twin, round);
                double[] expected = forward(twin);
                assertThat(together(() -> forward(conv)))
                        .allSatisfy(found -> assertThat(found).isEqualTo(expected));
            }
            assertThat(backend.memory().liveBytes()).as("round %d", round).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FROZEN", "BATCH"})
    void weightsAssignedAnewAreSeenByAllThreads(Norm norm) throws Exception {
        try (Conv2d conv = frozen(norm);
                Conv2d twin = frozen(norm)) {
            for (int round = 0; round < ROUNDS; round++) {
                TestTensors.randomize(conv, round);
                TestTensors.randomize(twin, round);
                double[] expected = forward(twin);
                assertThat(together(() -> forward(conv)))
                        .allSatisfy(found -> assertThat(found).isEqualTo(expected));
            }
        }
    }

    @Test
    void oneThreadComputesForAll() throws Exception {
        try (Tensor source = TestTensors.tensor(backend, 1, 8)) {
            for (int round = 0; round < ROUNDS; round++) {
                AtomicInteger computed = new AtomicInteger();
                try (Derived derived = new Derived()) {
                    List<Double> found = together(() -> {
                        try (Scope scope = Scope.open()) {
                            return derived.get(
                                            () -> {
                                                computed.incrementAndGet();
                                                return source.sum();
                                            },
                                            source)
                                    .item();
                        }
                    });
                    assertThat(found).hasSize(THREADS).containsOnly(found.get(0));
                }
                assertThat(computed).as("round %d", round).hasValue(1);
            }
        }
    }

    @Test
    void aValueOutlivesItsReplacementWhileItsScopeIsOpen() {
        try (Tensor source = TestTensors.tensor(backend, 1, 8);
                Derived derived = new Derived()) {
            TestTensors.set(source, 1, 1, 1, 1, 1, 1, 1, 1);
            long sources = backend.memory().liveBytes();
            try (Scope scope = Scope.open()) {
                Tensor before = derived.get(source::sum, source);
                TestTensors.set(source, 2, 2, 2, 2, 2, 2, 2, 2);
                try (Scope inner = Scope.open()) {
                    assertThat(derived.get(source::sum, source).item()).isEqualTo(16);
                }
                derived.close();
                assertThat(before.item()).isEqualTo(8);
            }
            assertThat(backend.memory().liveBytes()).isEqualTo(sources);
        }
    }

    @Test
    void aCurrentValueIsGivenWithoutWaitingForALock() throws Exception {
        try (Tensor source = TestTensors.tensor(backend, 1, 8);
                Derived derived = new Derived()) {
            double sum = item(derived, source);
            synchronized (derived) {
                Future<Double> other = threads.submit(() -> item(derived, source));
                assertThat(other.get(10, TimeUnit.SECONDS)).isEqualTo(sum);
            }
        }
    }

    @Test
    void aValueThatAnotherThreadDropsStaysValidForThoseWhoHoldIt() throws Exception {
        try (Tensor source = TestTensors.tensor(backend, 1, 8);
                Derived derived = new Derived()) {
            double sum = item(derived, source);
            AtomicInteger turn = new AtomicInteger();
            List<Double> found = together(() -> {
                boolean drops = turn.getAndIncrement() == 0;
                double last = sum;
                for (int i = 0; i < 20_000 && last == sum; i++) {
                    if (drops) {
                        derived.close();
                    } else {
                        last = item(derived, source);
                    }
                }
                return last;
            });
            assertThat(found).containsOnly(sum);
        }
    }

    private static double item(Derived derived, Tensor source) {
        try (Scope scope = Scope.open()) {
            return derived.get(source::sum, source).item();
        }
    }
}
