package dev.retort.cli.progress;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The text of a progress bar, never wider than the terminal: {@code train  25% [#####.....] 10/40, 2.4/s, 0:55 so far, 2:45
 * left, loss 2.478}. What is known besides shortens first, then the time so far goes, then the rest: the bar keeps its least
 * length as long as there is anything else to leave out. Plain ASCII, for terminals of any character set.
 *
 * @param task its name
 * @param perSecond steps a second; 0 while it is not known
 * @param seconds since the work began
 * @param ended whether the work has ended, so that nothing is left
 * @param details what else is known, from the longest wording to the shortest
 */
record BarLine(
        String task, long done, long total, double perSecond, double seconds, boolean ended, List<String> details) {
    private static final int LEAST_CELLS = 20;
    private static final int MOST_CELLS = 40;
    private static final int MINUTE = 60;
    private static final int HOUR = 60 * MINUTE;

    /** @param columns of the terminal; the last one stays empty, as some terminals break the line there */
    String text(int columns) {
        int width = Math.max(0, columns - 1);
        String head = String.format(Locale.ROOT, "%s %3d%% ", task, total == 0 ? 100 : 100 * done / total);
        for (String tail : tails()) {
            int cells = width - head.length() - "[] ".length() - tail.length();
            if (cells >= LEAST_CELLS) {
                return head + bar(Math.min(cells, MOST_CELLS)) + " " + tail;
            }
        }
        String narrow = head + count();
        return narrow.substring(0, Math.min(narrow.length(), width));
    }

    /** What may follow the bar, from everything to the count alone. */
    private List<String> tails() {
        String rate = perSecond > 0 ? ", " + Figures.perSecond(perSecond) : "";
        String left = perSecond > 0 && !ended ? ", " + clock((total - done) / perSecond) + " left" : "";
        String times = ended ? ", took " + clock(seconds) : ", " + clock(seconds) + " so far" + left;
        String shortTimes = left.isEmpty() ? times : left;
        List<String> texts = details.stream().map(text -> ", " + text).toList();
        List<String> tails = new ArrayList<>();
        texts.forEach(text -> tails.add(count() + rate + times + text));
        if (!texts.isEmpty()) {
            tails.add(count() + rate + shortTimes + texts.get(texts.size() - 1));
        }
        for (String text : List.of(rate + times, rate + shortTimes, rate, "")) {
            tails.add(count() + text);
        }
        return tails;
    }

    private String count() {
        return done + "/" + total;
    }

    private String bar(int cells) {
        int full = total == 0 ? cells : (int) (cells * done / total);
        return "[" + "#".repeat(full) + ".".repeat(cells - full) + "]";
    }

    /** For example {@code 0:55} or {@code 12:05:00}. */
    private static String clock(double seconds) {
        long whole = Math.round(seconds);
        return whole < HOUR
                ? String.format(Locale.ROOT, "%d:%02d", whole / MINUTE, whole % MINUTE)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / HOUR, whole % HOUR / MINUTE, whole % MINUTE);
    }
}
