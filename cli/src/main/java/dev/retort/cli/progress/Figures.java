package dev.retort.cli.progress;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the figures of running work for people: few digits, few words. */
public final class Figures {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;

    private Figures() {}

    /**
     * For example {@code loss 1.234 (classification 0.900, box 0.334) learning rate 0.01 AP 0.312}, then the same without the terms,
     * then {@code loss 1.234 AP 0.312}: wordings for {@link Progress#at(long, List)}.
     *
     * @param ap of the last evaluation; NaN where there was none
     */
    public static List<String> losses(Map<String, Double> losses, double learningRate, double ap) {
        String terms = losses.entrySet().stream()
                .map(loss -> String.format(Locale.ROOT, "%s %.3f", loss.getKey(), loss.getValue()))
                .collect(Collectors.joining(", ", " (", ")"));
        String total = String.format(
                Locale.ROOT,
                "loss %.3f",
                losses.values().stream().mapToDouble(Double::doubleValue).sum());
        String rateText = String.format(Locale.ROOT, " learning rate %.3g", learningRate);
        String apText = Double.isNaN(ap) ? "" : String.format(Locale.ROOT, " AP %.3f", ap);
        return List.of(
                total + (losses.size() > 1 ? terms : "") + rateText + apText,
                total + rateText + apText,
                total + apText);
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
