package dev.retort.kernels.simd.internal.engine;

import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** What the kernel tests run on: both kinds of innermost loops, and seeded data. */
public final class Engines {
    public static final Engine VECTOR = Engine.vector(new Parallel(1));
    public static final Engine PLAIN = Engine.plain(new Parallel(1));
    public static final Engine VECTOR_TWO = Engine.vector(new Parallel(2));
    public static final Engine PLAIN_TWO = Engine.plain(new Parallel(2));

    private Engines() {}

    /** One engine of each kind, single-threaded. */
    public static Stream<Named<Engine>> both() {
        return Stream.of(Named.of("vector", VECTOR), Named.of("plain", PLAIN));
    }

    /** Pairs of the same kind with one and with several threads. */
    public static List<Engine[]> pairs() {
        return List.of(new Engine[] {VECTOR, VECTOR_TWO}, new Engine[] {PLAIN, PLAIN_TWO}, new Engine[] {
            VECTOR, Engine.vector(new Parallel(5))
        });
    }

    /** One engine of each kind for each way to convolve, single-threaded. */
    public static Stream<Named<Engine>> convolutions() {
        return Arrays.stream(ConvolutionAlgorithm.values())
                .flatMap(algorithm -> Stream.of(
                        Named.of("vector, " + algorithm, Engine.vector(new Parallel(1), algorithm)),
                        Named.of("plain, " + algorithm, Engine.plain(new Parallel(1), algorithm))));
    }

    /** For each way to convolve, pairs of the same kind with one and with several threads. */
    public static List<Engine[]> convolutionPairs() {
        return Arrays.stream(ConvolutionAlgorithm.values())
                .flatMap(algorithm -> Stream.of(2, 3)
                        .flatMap(threads -> Stream.of(
                                new Engine[] {
                                    Engine.vector(new Parallel(1), algorithm),
                                    Engine.vector(new Parallel(threads), algorithm)
                                },
                                new Engine[] {
                                    Engine.plain(new Parallel(1), algorithm),
                                    Engine.plain(new Parallel(threads), algorithm)
                                })))
                .toList();
    }

    /** {@code size} floats in [-1, 1). */
    public static float[] random(int size, long seed) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = 2f * random.nextFloat() - 1f;
        }
        return values;
    }

    /** The element types that products and convolutions exist for: what runs them, and how near they come. */
    public enum Precision {
        SINGLE,
        DOUBLE;

        /** {@code size} numbers of this precision in [-1, 1). */
        public double[] random(int size, long seed) {
            Random random = new Random(seed);
            double[] values = new double[size];
            for (int i = 0; i < size; i++) {
                double value = 2 * random.nextDouble() - 1;
                values[i] = this == SINGLE ? (float) value : value;
            }
            return values;
        }

        /** Accepted error of a sum of {@code terms} products of numbers up to 1: half an ulp of sqrt(terms) each time. */
        public double tolerance(int terms) {
            double single = 1e-6 * Math.sqrt(terms + 1.0) + 1e-7 * terms;
            return this == SINGLE ? single : single * 0x1p-29;
        }
    }

    public static float[] narrow(double[] values) {
        if (values == null) {
            return null;
        }
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    public static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
