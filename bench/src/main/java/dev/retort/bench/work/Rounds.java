package dev.retort.bench.work;

import dev.retort.tensor.Scope;

/**
 * Times calls in rounds: a round repeats a short call until the clock's grain no longer matters. Warm-up is three rounds,
 * long enough for the compiler.
 */
public final class Rounds {
    private static final int WARM_UPS = 3;
    private static final double WARM_UP_SECONDS = 0.3;
    private static final double ROUND_SECONDS = 0.05;

    private final Runnable call;
    private final int repeats;

    private Rounds(Runnable call, int repeats) {
        this.call = call;
        this.repeats = repeats;
    }

    /** Warms a call up and finds how many calls a round needs. */
    public static Rounds warm(Runnable call) {
        double each = 0;
        for (int i = 0; i < WARM_UPS; i++) {
            int calls = 0;
            double seconds = 0;
            while (seconds < WARM_UP_SECONDS) {
                seconds += seconds(call, 1);
                calls++;
            }
            each = seconds / calls;
        }
        return new Rounds(call, (int) Math.max(1, Math.ceil(ROUND_SECONDS / each)));
    }

    /** Seconds of a call that was never made before. */
    public static double first(Runnable call) {
        return seconds(call, 1);
    }

    /** Seconds of one call, averaged over a round. */
    public double seconds() {
        return seconds(call, repeats) / repeats;
    }

    private static double seconds(Runnable call, int repeats) {
        long start = System.nanoTime();
        for (int i = 0; i < repeats; i++) {
            try (Scope scope = Scope.open()) {
                call.run();
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
