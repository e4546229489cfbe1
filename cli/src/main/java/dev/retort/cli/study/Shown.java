package dev.retort.cli.study;

import java.util.Locale;
import java.util.OptionalDouble;

/** Figures for people; fractions become percent. */
final class Shown {
    static final String NOTHING = "";

    private Shown() {}

    /** For example {@code 46.1}; a dash where there is nothing to find. */
    static String percent(double fraction) {
        return fraction < 0 ? "-" : String.format(Locale.ROOT, "%.1f", 100 * fraction);
    }

    static String percent(OptionalDouble fraction) {
        return fraction.isEmpty() ? NOTHING : percent(fraction.getAsDouble());
    }

    /** For example {@code +0.8}. */
    static String difference(double fraction) {
        return signed(100 * fraction);
    }

    static String signed(double value) {
        String text = String.format(Locale.ROOT, "%+.1f", value);
        return text.equals("-0.0") ? "+0.0" : text;
    }

    static String interval(Interval interval) {
        return "[" + difference(interval.low()) + ", " + difference(interval.high()) + "]";
    }

    static String probability(double p) {
        return p < 0.001 ? "<0.001" : String.format(Locale.ROOT, "%.3f", p);
    }

    static String minutes(OptionalDouble seconds) {
        return seconds.isEmpty() ? NOTHING : String.format(Locale.ROOT, "%.1f", seconds.getAsDouble() / 60);
    }

    /** A published figure as it is published. */
    static String published(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
