package dev.retort.cli.report;

import java.util.Locale;

/** How a table shows a number. What is below zero is not known, and a dash. */
public enum CellFormat {
    /** A whole number, thousands apart. */
    COUNT,
    /** A fraction in percent, one digit after the point. */
    PERCENT,
    /** Two digits after the point. */
    FRACTION;

    /** The number as a text. */
    public String text(double value) {
        if (value < 0) {
            return "\u2013";
        }
        return switch (this) {
            case COUNT -> String.format(Locale.ROOT, "%,.0f", value).replace(',', '\u2009');
            case PERCENT -> String.format(Locale.ROOT, "%.1f", 100 * value);
            case FRACTION -> String.format(Locale.ROOT, "%.2f", value);
        };
    }
}
