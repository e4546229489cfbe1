package dev.retort.cli.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Damage to a text's words and numbers. Texts are handled as Latin-1, so that bytes which are no UTF-8 stay as they are. */
final class TextMutations {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");
    private static final Pattern WORD =
            Pattern.compile("\"[^\"\n]*\"|[A-Za-z_][\\w.]*|-?\\d+(\\.\\d+)?|[\\[\\]{}<>:,]");

    static final List<String> NUMBERS = List.of(
            "0",
            "-1",
            "-0.0",
            "0.5",
            "1.0",
            "1e-320",
            "20000",
            "1000000000",
            "2147483647",
            "2147483648",
            "-2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "1e30",
            "1e308",
            "1e999",
            "1e999999999",
            "NaN",
            "Infinity",
            "-Infinity",
            "0x10",
            "007",
            "1_000",
            "9".repeat(400),
            "9".repeat(2000));
    private static final List<String> WORDS = List.of(
            "null", "~", "true", "\"\"", "\"x\"", "[]", "{}", "[null]", "{a: 1}", "", "!!URL x", "&a *a", "<a/>");
    private static final List<String> ODD = List.of(
            "\u0000",
            "\u001b[2J",
            "\u00e4",
            "\u00ff",
            "\u00ef\u00bb\u00bf",
            "\u00f0\u009f\u0098\u0080",
            "\t",
            "\r\n",
            "\\ud800",
            "\\u0000",
            "&amp;",
            "&#0;",
            "%s%n",
            "'",
            "\"");
    /** Where a value stands. */
    private static final Pattern VALUE = Pattern.compile("(?<=[>:\\[,]\\s?)[\\w.\"]+");

    private static final List<List<String>> NESTS =
            List.of(List.of("[", "]"), List.of("{\"a\":", "}"), List.of("- ", ""), List.of("{a: ", "}"));
    private static final List<List<String>> ELEMENTS = List.of(List.of("<a>", "</a>"));
    private static final List<Integer> DEPTHS = List.of(20, 200, 600, 1200, 5000, 50_000);

    private TextMutations() {}

    static final List<Mutation> ALL = List.of(
            TextMutations::number,
            TextMutations::number,
            TextMutations::word,
            TextMutations::line,
            TextMutations::odd,
            TextMutations::nest,
            TextMutations::longWord);

    private static byte[] number(byte[] content, SplittableRandom random) {
        return replaceMatch(content, NUMBER, Mutation.choose(NUMBERS, random), random);
    }

    private static byte[] word(byte[] content, SplittableRandom random) {
        return replaceMatch(content, WORD, Mutation.choose(WORDS, random), random);
    }

    private static byte[] longWord(byte[] content, SplittableRandom random) {
        return replaceMatch(content, WORD, "\"" + "long ".repeat(1 + random.nextInt(20_000)) + "\"", random);
    }

    private static byte[] nest(byte[] content, SplittableRandom random) {
        boolean xml = content.length > 0 && content[0] == '<';
        List<String> nest = Mutation.choose(xml ? ELEMENTS : NESTS, random);
        int depth = Mutation.choose(DEPTHS, random);
        String closing = random.nextInt(3) == 0 ? "" : nest.get(1).repeat(depth);
        return replaceMatch(
                content, random.nextInt(4) == 0 ? WORD : VALUE, nest.get(0).repeat(depth) + "1" + closing, random);
    }

    /** Removes, repeats or moves a line. */
    private static byte[] line(byte[] content, SplittableRandom random) {
        List<String> lines = new ArrayList<>(Arrays.asList(text(content).split("(?<=\n)|(?<=,)")));
        int at = random.nextInt(lines.size());
        switch (random.nextInt(3)) {
            case 0 -> lines.remove(at);
            case 1 -> lines.add(random.nextInt(lines.size()), lines.get(at));
            default -> Collections.swap(lines, at, random.nextInt(lines.size()));
        }
        return bytes(String.join("", lines));
    }

    private static byte[] odd(byte[] content, SplittableRandom random) {
        int at = random.nextInt(content.length + 1);
        return ByteMutations.replace(content, at, at, bytes(Mutation.choose(ODD, random)));
    }

    private static byte[] replaceMatch(byte[] content, Pattern what, String by, SplittableRandom random) {
        Matcher matcher = what.matcher(text(content));
        List<MatchResult> found = matcher.results().limit(5000).toList();
        if (found.isEmpty()) {
            return content;
        }
        MatchResult match = Mutation.choose(found, random);
        return ByteMutations.replace(content, match.start(), match.end(), bytes(by));
    }

    static String text(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
