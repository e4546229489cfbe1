package dev.retort.testkit.gradients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.autograd.Ulps;
import dev.retort.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Distances and histograms counted by hand. */
class UlpsTest {
    @Test
    void neighborsAreOneApart() {
        assertThat(Ulps.distance(DType.F32, 1, 1 + 0x1p-23)).isEqualTo(1);
        assertThat(Ulps.distance(DType.F32, 1, 1 - 0x1p-24)).isEqualTo(1);
        assertThat(Ulps.distance(DType.F64, 1, 1 + 0x1p-52)).isEqualTo(1);
        assertThat(Ulps.distance(DType.F64, -3, -3)).isZero();
    }

    @Test
    void fromOnePowerOfTwoToTheNextThereAreAllFractions() {
        assertThat(Ulps.distance(DType.F32, 1, 2)).isEqualTo(1L << 23);
        assertThat(Ulps.distance(DType.F64, 2, 1)).isEqualTo(1L << 52);
    }

    @Test
    void zerosAreOnePlaceAndSignsAreCrossedThere() {
        assertThat(Ulps.distance(DType.F32, 0.0, -0.0)).isZero();
        assertThat(Ulps.distance(DType.F64, Double.MIN_VALUE, -Double.MIN_VALUE))
                .isEqualTo(2);
        assertThat(Ulps.distance(DType.F32, Float.MIN_VALUE, -2 * (double) Float.MIN_VALUE))
                .isEqualTo(3);
        // 1 lies 0x3f800000 places above 0.
        assertThat(Ulps.distance(DType.F32, -1, 1)).isEqualTo(2L * 0x3f800000);
        assertThat(Ulps.distance(DType.F64, -Double.MAX_VALUE, Double.MAX_VALUE))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatIsNoNumberIsFarFromNumbers() {
        assertThat(Ulps.distance(DType.F64, Double.NaN, 1)).isEqualTo(Long.MAX_VALUE);
        assertThat(Ulps.distance(DType.F64, Double.NaN, Double.NaN)).isZero();
        assertThat(Ulps.error(DType.F32, Double.NaN, Double.NaN)).isZero();
        assertThat(Ulps.error(DType.F32, 1, Double.POSITIVE_INFINITY)).isInfinite();
        // Overflow is right where the exact value is beyond the type.
        assertThat(Ulps.error(DType.F32, 1e300, Double.POSITIVE_INFINITY)).isZero();
    }

    @Test
    void errorsHaveFractions() {
        assertThat(Ulps.error(DType.F32, 1 + 0x1p-24, 1)).isEqualTo(0.5);
        assertThat(Ulps.error(DType.F32, 4, 4 + 3 * 0x1p-21)).isEqualTo(3);
        assertThat(Ulps.error(DType.F64, 1, 1 + 0x1p-50)).isEqualTo(4);
        assertThat(Ulps.error(DType.I64, 7, 9)).isEqualTo(2);
    }

    @Test
    void bucketsDouble() {
        assertThat(ErrorHistogram.bucket(0)).isZero();
        for (double half : new double[] {1e-9, 0.25, 0.3, 0.5}) {
            assertThat(ErrorHistogram.bucket(half)).as("%s", half).isEqualTo(1);
        }
        assertThat(ErrorHistogram.bucket(0.51)).isEqualTo(2);
        assertThat(ErrorHistogram.bucket(1)).isEqualTo(2);
        assertThat(ErrorHistogram.bucket(1.01)).isEqualTo(3);
        assertThat(ErrorHistogram.bucket(2)).isEqualTo(3);
        assertThat(ErrorHistogram.bucket(3)).isEqualTo(4);
        assertThat(ErrorHistogram.label(ErrorHistogram.bucket(3))).isEqualTo("4");
        assertThat(ErrorHistogram.label(ErrorHistogram.bucket(0x1p20))).isEqualTo("1048576");
        assertThat(ErrorHistogram.shortLabel(ErrorHistogram.bucket(0x1p20))).isEqualTo("1M");
        assertThat(ErrorHistogram.shortLabel(ErrorHistogram.bucket(3000))).isEqualTo("4k");
        assertThat(ErrorHistogram.shortLabel(ErrorHistogram.bucket(500))).isEqualTo("512");
        assertThat(ErrorHistogram.label(ErrorHistogram.bucket(0x1p21))).isEqualTo("more");
        assertThat(ErrorHistogram.label(ErrorHistogram.bucket(Double.NaN))).isEqualTo("more");
    }

    @Test
    void aHistogramCountsAndAddsUp() {
        ErrorHistogram a = new ErrorHistogram();
        for (double ulps : new double[] {0, 0, 0.4, 3}) {
            a.add(ulps);
        }
        assertThat(a.counts()).containsExactly(2L, 1L, 0L, 0L, 1L);
        assertThat(a.roundedWell()).isEqualTo(0.75);
        assertThat(a).hasToString("2 at 0, 1 up to 1/2, 1 up to 4 ulp, worst 3.00");
        ErrorHistogram b = new ErrorHistogram();
        b.add(7);
        ErrorHistogram both = ErrorHistogram.sum(List.of(a, b));
        assertThat(both.counts()).containsExactly(2L, 1L, 0L, 0L, 1L, 1L);
        assertThat(both.total()).isEqualTo(5);
        assertThat(both.worst()).isEqualTo(7);
    }
}
