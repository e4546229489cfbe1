package dev.retort.detection.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Gathers what is wrong with the entries of a file, so that one look finds all of it: a line for each kind, which tells the
 * first such entry in whole, how many there are and the names of the first few.
 */
public final class Problems {
    private static final int NAMED = 5;

    private static final class Kind {
        private final String first;
        private final List<String> named = new ArrayList<>();
        private int count;

        Kind(String first) {
            this.first = first;
        }

        void add(String who) {
            if (count++ < NAMED) {
                named.add(who);
            }
        }

        String line() {
            if (count == 1) {
                return first;
            }
            return first + " (" + count + " such: " + String.join(", ", named) + (count > NAMED ? ", ..." : "") + ")";
        }
    }

    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    /**
     * Adds a problem.
     *
     * @param kind equal for problems that are told together
     * @param who the entry, such as {@code annotation id 5}
     * @param sentence tells it in whole, with the entry and what to do; asked for the first of its kind only
     */
    public void add(String kind, String who, Supplier<String> sentence) {
        Kind known = kinds.get(kind);
        if (known == null) {
            known = new Kind(sentence.get());
            kinds.put(kind, known);
        }
        known.add(who);
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return kinds.isEmpty();
    }

    /** A line for each kind, in the order in which they were met. */
    public List<String> lines() {
        return kinds.values().stream().map(Kind::line).toList();
    }

    /** The lines, each behind the name of the file. */
    public List<String> lines(Object file) {
        return lines().stream().map(line -> file + ": " + line).toList();
    }
}
