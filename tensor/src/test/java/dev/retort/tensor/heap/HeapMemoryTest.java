package dev.retort.tensor.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.DType;
import java.lang.reflect.Array;
import org.junit.jupiter.api.Test;

/** Size classes, reuse and counting of the pool. */
class HeapMemoryTest {
    private final HeapMemory memory = new HeapMemory();

    @Test
    void givesArraysAtLeastAsLargeAndHardlyLarger() {
        for (int size : new int[] {0, 1, 16, 17, 100, 127, 128, 129, 1000, 65537, 1_000_000}) {
            int wanted = HeapStorage.start(DType.BOOL) + Math.max(16, size);
            int length = Array.getLength(memory.allocate(DType.BOOL, size).array());
            assertThat(length).isBetween(wanted, wanted + wanted / 8 + 1);
        }
    }

    @Test
    void reusesWhatCameBack() {
        HeapStorage first = memory.allocate(DType.F32, 1000);
        Object array = first.array();
        first.release();
        assertThat(memory.statistics().liveBytes()).isZero();
        assertThat(memory.statistics().pooledBytes()).isEqualTo(first.bytes());
        HeapStorage second = memory.allocate(DType.F32, 990);
        assertThat(second.array()).isSameAs(array);
        assertThat(memory.allocate(DType.F64, 990).array()).isInstanceOf(double[].class);
        assertThat(memory.statistics().allocations()).isEqualTo(2);
        assertThat(memory.statistics().pooledBytes()).isZero();
    }

    @Test
    void reusesTheSmallestArrayOfUpToTwiceTheSize() {
        HeapStorage small = memory.allocate(DType.F32, 1000);
        HeapStorage large = memory.allocate(DType.F32, 1500);
        Object smallArray = small.array();
        Object largeArray = large.array();
        large.release();
        small.release();
        HeapStorage first = memory.allocate(DType.F32, 800);
        assertThat(first.array()).isSameAs(smallArray);
        HeapStorage second = memory.allocate(DType.F32, 800);
        assertThat(second.array()).isSameAs(largeArray);
        assertThat(memory.statistics().liveBytes()).isEqualTo(first.bytes() + second.bytes());
        second.release();
        assertThat(memory.allocate(DType.F32, 600).array()).isNotSameAs(largeArray);
    }

    @Test
    void countsLiveAndPeakBytes() {
        HeapStorage a = memory.allocate(DType.I64, 16);
        HeapStorage b = memory.allocate(DType.I32, 16);
        assertThat(memory.statistics().liveBytes()).isEqualTo((6 + 16) * 8 + (12 + 16) * 4);
        a.release();
        b.retain();
        b.release();
        assertThat(memory.statistics().liveBytes()).isEqualTo((12 + 16) * 4);
        b.release();
        assertThat(memory.statistics().liveBytes()).isZero();
        assertThat(memory.statistics().peakLiveBytes()).isEqualTo((6 + 16) * 8 + (12 + 16) * 4);
        memory.trim();
        assertThat(memory.statistics().pooledBytes()).isZero();
        assertThatThrownBy(b::release).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(b::retain).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void saysWhatIsTooLarge() {
        assertThatThrownBy(() -> memory.allocate(DType.BOOL, 3L << 30))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("3221225472");
        assertThat(memory.statistics().liveBytes()).isZero();
    }

    @Test
    void manyStepsDoNotGrow() {
        for (int step = 0; step < 1000; step++) {
            HeapStorage a = memory.allocate(DType.F32, 5000);
            HeapStorage b = memory.allocate(DType.F32, 5000);
            a.release();
            b.release();
        }
        assertThat(memory.statistics().allocations()).isEqualTo(2);
    }
}
