package dev.retort.tensor.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Holds the counter-based generator against published values, the JDK's own SplitMix64 and basic statistics. */
class CounterRandomTest {
    @Test
    void aStreamIsTheSplitMix64SequenceOfItsKey() {
        // First outputs of SplitMix64 from seed 1234567, as published with the algorithm's reference code.
        long[] expected = {6457827717110365317L, 3203168211198807973L, -8629252141511181193L, 4593380528125082431L};
        for (int i = 0; i < expected.length; i++) {
            assertThat(CounterRandom.bits(1234567L, i)).isEqualTo(expected[i]);
        }
        long key = CounterRandom.stream(-5, Purpose.DROPOUT, 123_456_789_012L);
        SplittableRandom jdk = new SplittableRandom(key);
        for (int i = 0; i < 100; i++) {
            assertThat(CounterRandom.bits(-5, Purpose.DROPOUT, 123_456_789_012L, i))
                    .isEqualTo(jdk.nextLong());
        }
    }

    @Test
    void theKeyIsAChainOfSplitMix64Steps() {
        // Seed, purpose (data order is 2) and iteration are absorbed one after the other, each as a jump of the JDK's
        // generator: the w-th output (from 0) of a generator seeded with the state so far.
        long state = output(0, 7);
        state = output(state, 2);
        state = output(state, 40);
        assertThat(CounterRandom.stream(7, Purpose.DATA_ORDER, 40)).isEqualTo(state);
    }

    private static long output(long seed, int number) {
        SplittableRandom random = new SplittableRandom(seed);
        random.longs(number).forEach(word -> {});
        return random.nextLong();
    }

    @Test
    void everyPartOfTheKeyMatters() {
        Set<Long> seen = new HashSet<>();
        int draws = 0;
        for (long seed = -2; seed < 3; seed++) {
            for (Purpose purpose : Purpose.values()) {
                for (long iteration = 0; iteration < 20; iteration++) {
                    for (long index = 0; index < 20; index++) {
                        seen.add(CounterRandom.bits(seed, purpose, iteration, index));
                        draws++;
                    }
                }
            }
        }
        assertThat(seen).hasSize(draws);
    }

    @Test
    void neighboringKeysDifferInHalfTheBits() {
        long flipped = 0;
        int pairs = 20_000;
        for (int i = 0; i < pairs; i++) {
            long a = CounterRandom.bits(1, Purpose.AUGMENTATION, i, 3);
            flipped += Long.bitCount(a ^ CounterRandom.bits(1, Purpose.AUGMENTATION, i + 1, 3));
        }
        // Mean 32, standard deviation of the mean 4 / sqrt(pairs) = 0.028.
        assertThat((double) flipped / pairs).isCloseTo(32, within(0.15));
    }

    @Test
    void uniformsFillTheUnitInterval() {
        int n = 200_000;
        int[] bins = new int[50];
        double sum = 0;
        double lag = 0;
        double previous = 0.5;
        for (int i = 0; i < n; i++) {
            // The iteration varies, the index does not: the way one draw a step is used.
            double u = CounterRandom.uniform(9, Purpose.AUGMENTATION, i, 0);
            assertThat(u).isBetween(0.0, Math.nextDown(1.0));
            bins[(int) (u * bins.length)]++;
            sum += u;
            lag += (u - 0.5) * (previous - 0.5);
            previous = u;
        }
        assertThat(sum / n).isCloseTo(0.5, within(5 * 0.2887 / Math.sqrt(n)));
        assertThat(lag / n).isCloseTo(0, within(5.0 / 12 / Math.sqrt(n)));
        double chiSquare = 0;
        double expected = (double) n / bins.length;
        for (int bin : bins) {
            chiSquare += (bin - expected) * (bin - expected) / expected;
        }
        // 49 degrees of freedom: 1e-4 quantiles are about 19.0 and 94.
        assertThat(chiSquare).isBetween(19.0, 94.0);
    }

    @Test
    void normalsHaveTheNormalMoments() {
        int n = 200_000;
        double m1 = 0;
        double m2 = 0;
        double m3 = 0;
        double m4 = 0;
        int inside = 0;
        for (int i = 0; i < n; i++) {
            double z = CounterRandom.normal(4, Purpose.DESCRIPTORS, 17, i);
            m1 += z / n;
            m2 += z * z / n;
            m3 += z * z * z / n;
            m4 += z * z * z * z / n;
            inside += Math.abs(z) < 1 ? 1 : 0;
        }
        double s = 5 / Math.sqrt(n);
        assertThat(m1).isCloseTo(0, within(s));
        assertThat(m2).isCloseTo(1, within(s * Math.sqrt(2)));
        assertThat(m3).isCloseTo(0, within(s * Math.sqrt(15)));
        assertThat(m4).isCloseTo(3, within(s * Math.sqrt(96)));
        assertThat((double) inside / n).isCloseTo(0.682689, within(s * 0.4654));
    }

    @Test
    void integersAreEvenBelowAnyBound() {
        int n = 120_000;
        int[] counts = new int[6];
        for (int i = 0; i < n; i++) {
            counts[CounterRandom.below(6, 3, Purpose.AUGMENTATION, i, 1)]++;
        }
        for (int count : counts) {
            assertThat(count).isCloseTo(20_000, within((int) (5 * Math.sqrt(n * 5.0 / 36))));
        }
        assertThat(CounterRandom.below(1, 3, Purpose.AUGMENTATION, 0, 0)).isZero();
        assertThat(CounterRandom.below(Integer.MAX_VALUE, 3, Purpose.AUGMENTATION, 0, 0))
                .isNotNegative();
        assertThatThrownBy(() -> CounterRandom.below(0, 3, Purpose.AUGMENTATION, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("below 0");
    }

    @Test
    void permutationsAreEvenlyLikely() {
        int[] counts = new int[27];
        int n = 60_000;
        for (int i = 0; i < n; i++) {
            int[] p = CounterRandom.permutation(3, 11, Purpose.DATA_ORDER, i);
            assertThat(p).containsExactlyInAnyOrder(0, 1, 2);
            counts[9 * p[0] + 3 * p[1] + p[2]]++;
        }
        assertThat(IntStream.of(counts).filter(c -> c > 0)).hasSize(6);
        assertThat(IntStream.of(counts).filter(c -> c > 0))
                .allSatisfy(c -> assertThat(c).isCloseTo(n / 6, within((int) (5 * Math.sqrt(n * 5.0 / 36)))));
        assertThat(CounterRandom.permutation(0, 11, Purpose.DATA_ORDER, 0)).isEmpty();
    }

    @Test
    void aSequenceReadsItsStreamInOrder() {
        RandomSequence sequence = CounterRandom.sequence(2, Purpose.SYNTHETIC_DATA, 5);
        assertThat(sequence.uniform()).isEqualTo(CounterRandom.uniform(2, Purpose.SYNTHETIC_DATA, 5, 0));
        assertThat(sequence.normal()).isEqualTo(CounterRandom.normal(2, Purpose.SYNTHETIC_DATA, 5, 1));
        assertThat(sequence.below(10)).isEqualTo(CounterRandom.below(10, 2, Purpose.SYNTHETIC_DATA, 5, 2));
        assertThat(sequence.uniform(-2, 2)).isEqualTo(-2 + 4 * CounterRandom.uniform(2, Purpose.SYNTHETIC_DATA, 5, 3));
        assertThat(sequence.chance(1)).isTrue();
        assertThat(sequence.chance(0)).isFalse();
    }
}
