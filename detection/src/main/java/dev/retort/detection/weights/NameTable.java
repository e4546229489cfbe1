package dev.retort.detection.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of one program's tensors, as patterns: what they are here, and which have no place here and why. Our names are detectron2's.
 * The first pattern that a name has is the one. A row of {@link #both} holds in both directions: a name that is read is the name that is
 * written.
 */
final class NameTable {
    static final String BACKBONE = "backbone.bottom_up.";

    /** A parameter of a norm, in the pattern of a name. */
    static final String NORM = "(weight|bias|running_mean|running_var)";

    /** Why tensors have no place here. */
    static final String COUNTER = "a counter of batch norms";

    static final String CLASSIFIER = "the classifier of images";
    static final String SETTINGS = "settings, which are no weights";

    private final Map<Pattern, String> names = new LinkedHashMap<>();
    private final Map<Pattern, String> written = new LinkedHashMap<>();
    private final Map<Pattern, String> dropped = new LinkedHashMap<>();

    /** Our name of a tensor; none if it has no place here. */
    Optional<String> ours(String theirs) {
        return match(names, theirs, true);
    }

    /** Their name of a tensor of ours, as their newest version has it; none if it has no place there. */
    Optional<String> theirs(String ours) {
        return match(written, ours, true);
    }

    /** Why a tensor has no place here, in a few words; none if it is not known. */
    Optional<String> why(String theirs) {
        return match(dropped, theirs, false);
    }

    private static Optional<String> match(Map<Pattern, String> table, String name, boolean replaced) {
        for (Map.Entry<Pattern, String> row : table.entrySet()) {
            Matcher matcher = row.getKey().matcher(name);
            if (matcher.matches()) {
                return Optional.of(replaced ? matcher.replaceFirst(row.getValue()) : row.getValue());
            }
        }
        return Optional.empty();
    }

    /**
     * A name there and here, to be read and to be written.
     *
     * @param theirs with {@code #} for a number and {@code *} for a parameter's name, as often and in the same order as in ours
     */
    NameTable both(String theirs, String ours) {
        written.put(Pattern.compile(pattern(ours)), replacement(theirs));
        return name(pattern(theirs), replacement(ours));
    }

    /** As {@link #both}, but a name of older files: it is read and not written. */
    NameTable older(String theirs, String ours) {
        return name(pattern(theirs), replacement(ours));
    }

    /** Names that are the same there and here. */
    NameTable same(String pattern) {
        written.put(Pattern.compile(pattern), "$0");
        return name(pattern, "$0");
    }

    private static String pattern(String template) {
        return template.replace(".", "\\.").replace("*", NORM).replace("#", "(\\d+)");
    }

    private static String replacement(String template) {
        int groups = 0;
        StringBuilder replacement = new StringBuilder();
        for (char c : template.toCharArray()) {
            if (c == '#' || c == '*') {
                replacement.append('$').append(++groups);
            } else {
                replacement.append(c);
            }
        }
        return replacement.toString();
    }

    /** A name to be read, as a pattern, and ours, with its groups. */
    NameTable name(String theirs, String ours) {
        names.put(Pattern.compile(theirs), ours);
        return this;
    }

    /** A name, as a pattern, that has no place here, and why. */
    NameTable drop(String theirs, String why) {
        dropped.put(Pattern.compile(theirs), why);
        return this;
    }
}
