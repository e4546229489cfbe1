package dev.retort.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.reference.ReferenceBackend;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a tensor prints: its values, rounded, in few lines, and without a trace in the engine. */
class TensorTextTest {
    private final Backend backend = new ReferenceBackend();

    @AfterEach
    void nothingIsLeft() {
        assertThat(backend.memory().liveBytes()).isZero();
    }

    private void prints(Tensor x, String... lines) {
        try (x) {
            assertThat(x).hasToString(String.join("\n", lines));
        }
    }

    private Tensor range(int... extents) {
        int size = (int) Shape.of(extents).size();
        return backend.tensor(IntStream.range(0, size).toArray(), extents);
    }

    @Test
    void numbersAreAlignedAndRounded() {
        prints(
                backend.tensor(new float[] {1, 2.5f, -3, -0.5f, 0, 4}, 2, 3),
                "Tensor F32 [2, 3] on reference",
                "[[ 1.0,  2.5, -3.0],",
                " [-0.5,  0.0,  4.0]]");
        prints(backend.tensor(new double[] {Math.PI, 100}, 2), "Tensor F64 [2] on reference", "[  3.1416, 100.0000]");
        prints(backend.tensor(new double[] {1.5e-7, 0}, 2), "Tensor F64 [2] on reference", "[1.5000e-07, 0.0000e+00]");
        prints(
                backend.tensor(new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 1}, 3),
                "Tensor F32 [3] on reference",
                "[      NaN, -Infinity,       1.0]");
        prints(backend.tensor(new float[] {3e7f}, 1), "Tensor F32 [1] on reference", "[3.0000e+07]");
    }

    @Test
    void everyTypePrints() {
        prints(backend.tensor(new int[] {1, -20}, 2), "Tensor I32 [2] on reference", "[  1, -20]");
        prints(
                backend.tensor(new long[] {1L << 60}, 1, 1),
                "Tensor I64 [1, 1] on reference",
                "[[1152921504606846976]]");
        prints(backend.tensor(new boolean[] {true, false}, 2), "Tensor BOOL [2] on reference", "[ true, false]");
    }

    @Test
    void scalarsAndEmptyTensorsPrint() {
        prints(backend.full(Shape.SCALAR, DType.F32, 2.5), "Tensor F32 [] on reference", "2.5");
        prints(backend.zeros(Shape.of(0), DType.F32), "Tensor F32 [0] on reference", "[]");
        prints(backend.zeros(Shape.of(2, 0), DType.F32), "Tensor F32 [2, 0] on reference", "[[],", " []]");
        prints(backend.zeros(Shape.of(0, 3), DType.I64), "Tensor I64 [0, 3] on reference", "[]");
    }

    @Test
    void longAxesAreShortenedToTheirEnds() {
        prints(range(1000), "Tensor I32 [1000] on reference", "[  0,   1,   2, ..., 997, 998, 999]");
        prints(
                range(100, 2),
                "Tensor I32 [100, 2] on reference",
                "[[  0,   1],",
                " [  2,   3],",
                " [  4,   5],",
                " ...,",
                " [194, 195],",
                " [196, 197],",
                " [198, 199]]");
    }

    @Test
    void blocksAreNested() {
        prints(
                range(2, 2, 2),
                "Tensor I32 [2, 2, 2] on reference",
                "[[[0, 1],",
                "  [2, 3]],",
                " [[4, 5],",
                "  [6, 7]]]");
    }

    @Test
    void noTensorTakesMoreThanTwentyLines() {
        for (int[] extents :
                new int[][] {{20, 20, 20}, {3, 3, 3, 3, 3}, {9, 9, 9, 9}, {2, 2, 2, 2, 2, 2, 2, 2}, {19, 1}}) {
            try (Tensor x = range(extents)) {
                assertThat(x.toString().lines().count()).isBetween(3L, 20L);
            }
        }
    }

    @Test
    void aViewPrintsItsOwnValues() {
        try (Tensor x = range(4, 2);
                Tensor rows = x.narrow(1, 2)) {
            assertThat(rows.toString()).endsWith("[[2, 3],\n [4, 5]]");
        }
    }

    @Test
    void onlyWhatIsShownIsRead() {
        long[] read = new long[1];
        Backend counting = new ReferenceBackend() {
            @Override
            public void download(Tensor x, Object target) {
                read[0] += x.size();
                super.download(x, target);
            }
        };
        try (Tensor x = counting.zeros(Shape.of(1000, 1000), DType.F32)) {
            assertThat(x.toString()).contains("...");
            assertThat(read[0]).isEqualTo(36);
        }
    }

    @Test
    void printingLeavesTheScopeAlone() {
        try (Scope scope = Scope.open()) {
            Tensor x = range(3);
            long live = backend.memory().liveBytes();
            assertThat(x.toString()).contains("[0, 1, 2]");
            assertThat(backend.memory().liveBytes()).isEqualTo(live);
        }
    }

    @Test
    void aClosedTensorSaysSo() {
        Tensor x = range(3);
        x.close();
        assertThat(x).hasToString("Tensor I32 [3] on reference (closed)");
    }

    @Test
    void whatCannotBeReadIsSaidAndNotThrown() {
        Backend mute = new ReferenceBackend() {
            @Override
            public void download(Tensor x, Object target) {
                throw new IllegalStateException("the device is gone");
            }
        };
        try (Tensor x = mute.zeros(Shape.of(2), DType.F32)) {
            assertThat(x).hasToString("Tensor F32 [2] on reference (its values cannot be read: the device is gone)");
        }
    }
}
