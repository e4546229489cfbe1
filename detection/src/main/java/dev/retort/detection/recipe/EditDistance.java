package dev.retort.detection.recipe;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the name, possibly a dotted key, that somebody probably meant. */
public final class EditDistance {
    private EditDistance() {}

    /** What a section beside the mistyped key's is worth: less than a letter. */
    private static final int OTHER_SECTION = 2;

    /** The known key nearest to a mistyped one: first by its last part, then by its section or one in that. */
    public static String nearest(String key, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(
                        (String candidate) -> 2 * OTHER_SECTION * between(last(key), last(candidate))
                                + distance(section(key), section(candidate))))
                .orElseThrow();
    }

    private static int distance(String section, String other) {
        return other.equals(section) ? 0 : other.startsWith(section + ".") ? 1 : OTHER_SECTION;
    }

    /** Levenshtein's distance, without regard to case, hyphens and underscores. */
    static int between(String a, String b) {
        String from = plain(a);
        String to = plain(b);
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }

    private static String plain(String text) {
        return text.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }

    private static String last(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    private static String section(String key) {
        return key.substring(0, Math.max(0, key.lastIndexOf('.')));
    }
}
