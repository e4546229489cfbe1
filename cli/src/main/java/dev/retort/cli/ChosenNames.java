package dev.retort.cli;

import dev.retort.detection.recipe.EditDistance;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names by which a user chooses from a list: exact ones, or with a star for any characters. No names choose all. */
final class ChosenNames {
    /** How many names an error offers. */
    private static final int OFFERED = 4;

    private final List<String> wanted;

    ChosenNames(List<String> wanted) {
        this.wanted = wanted;
    }

    boolean contain(String name) {
        return wanted.isEmpty() || wanted.stream().anyMatch(w -> matches(w, name));
    }

    /**
     * Passes if each of the wanted names chooses something.
     *
     * @param what is listed, as in "There is no ..."
     * @param where of which list the error is to speak, with a blank before it; may be empty
     * @throws IllegalArgumentException for one that does not; the message offers names that contain it, or the nearest
     */
    void require(String what, String where, List<String> known) {
        for (String name : wanted) {
            if (known.stream().noneMatch(k -> matches(name, k))) {
                throw new IllegalArgumentException(
                        "There is no " + what + " '" + name + "'" + where + "; " + offer(name, known));
            }
        }
    }

    private static boolean matches(String wanted, String name) {
        if (!wanted.contains("*")) {
            return wanted.equals(name);
        }
        String pattern =
                Arrays.stream(wanted.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return name.matches(pattern);
    }

    private static String offer(String name, List<String> known) {
        String part = name.replace("*", "").strip().toLowerCase(Locale.ROOT);
        List<String> near = known.stream()
                .filter(k -> k.toLowerCase(Locale.ROOT).contains(part))
                .toList();
        if (near.isEmpty()) {
            return "did you mean " + EditDistance.nearest(name, known) + "?";
        }
        if (near.size() > OFFERED) {
            return near.size() + " contain it, such as " + near.get(0) + ": choose several with *";
        }
        return "did you mean " + String.join(", or ", near) + "?";
    }
}
