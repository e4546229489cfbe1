package dev.retort.distill.progress;

import java.util.Locale;
import java.util.Map;

/** Writes the figures of running work for people: few digits, few words. */
public final class Figures {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;

    private Figures() {}

    /** For example {@code loss 1.234 (classification 0.900, box 0.334) rate 0.01}. */
    public static String losses(Map<String, Double> losses, double rate) {
        StringBuilder text = new StringBuilder();
        double total = 0;
        for (Map.Entry<String, Double> loss : losses.entrySet()) {
            total += loss.getValue();
            text.append(text.isEmpty() ? "" : ", ")
                    .append(String.format(Locale.ROOT, "%s %.3f", loss.getKey(), loss.getValue()));
        }
        String terms = losses.size() > 1 ? " (" + text + ")" : "";
        return String.format(Locale.ROOT, "loss %.3f%s rate %.3g", total, terms, rate);
    }

    /** For example {@code 45 s}, {@code 3 min 20 s} or {@code 2 h 5 min}. */
    public static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < MINUTE) {
            return whole + " s";
        }
        if (whole < HOUR) {
            return whole / MINUTE + " min " + whole % MINUTE + " s";
        }
        return whole / HOUR + " h " + whole % HOUR / MINUTE + " min";
    }

    /** For example {@code 3.4/s}, or {@code 12.5 s each} for what takes longer than a second. */
    static String perSecond(double rate) {
        return rate >= 1
                ? String.format(Locale.ROOT, "%.1f/s", rate)
                : String.format(Locale.ROOT, "%.1f s each", 1 / rate);
    }
}
