package dev.retort.kernels.simd.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool visits every index once, from several threads, and hands failures to the caller. */
@Timeout(60)
class ParallelTest {
    @Test
    void visitsEveryIndexOnce() {
        Parallel parallel = new Parallel(3);
        for (int n : new int[] {0, 1, 4, 13, 207, 10_000}) {
            for (int grain : new int[] {1, 7, 20_000, Integer.MAX_VALUE}) {
                AtomicIntegerArray visits = new AtomicIntegerArray(n);
                parallel.forRange(n, grain, (from, to) -> {
                    for (int i = from; i < to; i++) {
                        visits.incrementAndGet(i);
                    }
                });
                for (int i = 0; i < n; i++) {
                    assertThat(visits.get(i)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void usesItsThreadsAndNoMore() {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        AtomicInteger inside = new AtomicInteger();
        new Parallel(2).forRange(2, 1, (from, to) -> {
            seen.add(Thread.currentThread());
            inside.incrementAndGet();
            while (inside.get() < 2) {
                Thread.onSpinWait();
            }
        });
        assertThat(seen).hasSize(2).contains(Thread.currentThread());
        assertThat(seen).filteredOn(thread -> thread != Thread.currentThread()).allMatch(Thread::isDaemon);
    }

    @Test
    void nestedLoopsRunInline() {
        Parallel parallel = new Parallel(2);
        AtomicInteger foreign = new AtomicInteger();
        parallel.forRange(8, 1, (from, to) -> {
            Thread outer = Thread.currentThread();
            parallel.forRange(100, 1, (innerFrom, innerTo) -> {
                if (Thread.currentThread() != outer || innerTo - innerFrom != 100) {
                    foreign.incrementAndGet();
                }
            });
        });
        assertThat(foreign).hasValue(0);
    }

    @Test
    void failuresReachTheCallerAndThePoolLivesOn() {
        Parallel parallel = new Parallel(2);
        assertThatThrownBy(() -> parallel.forRange(100, 1, (from, to) -> {
                    if (from == 37) {
                        throw new IllegalStateException("chunk 37");
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("chunk 37");
        AtomicInteger sum = new AtomicInteger();
        parallel.forRange(100, 1, (from, to) -> sum.addAndGet(to - from));
        assertThat(sum).hasValue(100);
    }

    @Test
    void refusesNoThreads() {
        assertThatThrownBy(() -> new Parallel(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0");
    }
}
