package dev.retort.acceptance.golden;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which golden cases run.
 *
 * @param globs of names, as {@code fcos/match*}, or of groups, as {@code fcos}; * stands for any characters. None selects all
 */
record CaseSelection(List<String> globs) {
    /** System property with globs, separated by commas. */
    static final String PROPERTY = "retort.golden.cases";

    /** The selection that the system property asks for. */
    static CaseSelection named() {
        return new CaseSelection(Arrays.stream(System.getProperty(PROPERTY, "").split(","))
                .map(String::strip)
                .filter(glob -> !glob.isEmpty())
                .toList());
    }

    /**
     * The selected cases, in their order.
     *
     * @throws IllegalArgumentException if a glob selects none, naming it
     */
    List<GoldenCase> of(List<GoldenCase> cases) {
        if (globs.isEmpty()) {
            return cases;
        }
        for (String glob : globs) {
            if (cases.stream().noneMatch(golden -> matches(glob, golden))) {
                throw new IllegalArgumentException("-D" + PROPERTY + ": no golden case or group is called '" + glob
                        + "'; there are the groups "
                        + cases.stream().map(GoldenCase::group).distinct().collect(Collectors.joining(", ")));
            }
        }
        return cases.stream()
                .filter(golden -> globs.stream().anyMatch(glob -> matches(glob, golden)))
                .toList();
    }

    private static boolean matches(String glob, GoldenCase golden) {
        String pattern =
                Arrays.stream(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return golden.name().matches(pattern) || golden.group().matches(pattern);
    }
}
