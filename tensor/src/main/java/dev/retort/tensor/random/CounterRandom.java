package dev.retort.tensor.random;

/**
 * Counter-based random numbers: every draw is a pure function of (seed, purpose, iteration, index). There is no state
 * to save or restore, draws may be made in any order and on any thread, and a new consumer never shifts another's.
 *
 * <p>The hash is a chain of SplitMix64 steps (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA
 * 2014). One step absorbs a word w into a state s as {@code mix(s + (w + 1) * G)}, with G the odd 64-bit golden-ratio
 * constant and mix the paper's variant-13 finalizer, a bijection. Seed, purpose and iteration give a stream key; draw
 * {@code index} of that stream is therefore exactly output number {@code index} of a SplitMix64 generator seeded with
 * the key, and a stream never repeats a 64-bit value.
 */
public final class CounterRandom {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    /** Separates a second word for the same draw (normals, rejected integers) from the neighboring indexes. */
    private static final long SECOND_WORD = 0xd1342543de82ef95L;

    private static final double TWO_POW_MINUS_53 = 0x1.0p-53;

    private CounterRandom() {}

    /** The key of the stream of all draws that share (seed, purpose, iteration). */
    public static long stream(long seed, Purpose purpose, long iteration) {
        return absorb(absorb(absorb(0, seed), purpose.key()), iteration);
    }

    /** 64 uniform bits. */
    public static long bits(long seed, Purpose purpose, long iteration, long index) {
        return bits(stream(seed, purpose, iteration), index);
    }

    /** 64 uniform bits: draw {@code index} of a stream. */
    public static long bits(long stream, long index) {
        return absorb(stream, index);
    }

    /** A uniform double in [0, 1), a multiple of 2^-53. */
    public static double uniform(long seed, Purpose purpose, long iteration, long index) {
        return uniform(stream(seed, purpose, iteration), index);
    }

    /** A uniform double in [0, 1): draw {@code index} of a stream. */
    public static double uniform(long stream, long index) {
        return (bits(stream, index) >>> 11) * TWO_POW_MINUS_53;
    }

    /** A standard normal double (Box and Muller's transform, by strict arithmetic: the same bits on every machine). */
    public static double normal(long seed, Purpose purpose, long iteration, long index) {
        return normal(stream(seed, purpose, iteration), index);
    }

    /** A standard normal double: draw {@code index} of a stream. */
    public static double normal(long stream, long index) {
        long first = bits(stream, index);
        long second = mix(first + SECOND_WORD);
        double radius = StrictMath.sqrt(-2 * StrictMath.log(((first >>> 11) + 1) * TWO_POW_MINUS_53));
        return radius * StrictMath.cos(2 * Math.PI * ((second >>> 11) * TWO_POW_MINUS_53));
    }

    /**
     * A uniform integer in [0, n), without bias.
     *
     * @throws IllegalArgumentException if n is not positive
     */
    public static int below(int n, long seed, Purpose purpose, long iteration, long index) {
        return below(n, stream(seed, purpose, iteration), index);
    }

    /** A uniform integer in [0, n): draw {@code index} of a stream. */
    public static int below(int n, long stream, long index) {
        if (n <= 0) {
            throw new IllegalArgumentException("Cannot draw an integer below " + n + ": the bound must be positive");
        }
        long word = bits(stream, index);
        long positive = word >>> 1;
        // The last, incomplete run of n values is rejected: it would favor small results.
        while (positive - positive % n + (n - 1) < 0) {
            word = mix(word + SECOND_WORD);
            positive = word >>> 1;
        }
        return (int) (positive % n);
    }

    /** A uniformly drawn order of 0..n-1 (Fisher and Yates). Uses draws 0..n-1 of the stream. */
    public static int[] permutation(int n, long seed, Purpose purpose, long iteration) {
        long stream = stream(seed, purpose, iteration);
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = below(i + 1, stream, i);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** A cursor over the draws 0, 1, 2, ... of one stream, for code whose number of draws depends on what it drew. */
    public static RandomSequence sequence(long seed, Purpose purpose, long iteration) {
        return new RandomSequence(stream(seed, purpose, iteration));
    }

    private static long absorb(long state, long word) {
        return mix(state + (word + 1) * GOLDEN);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
