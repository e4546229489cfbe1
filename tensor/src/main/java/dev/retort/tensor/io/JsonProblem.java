package dev.retort.tensor.io;

import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;

/** What is wrong with JSON or YAML that somebody else wrote, in words for people and of bounded length. */
public final class JsonProblem {
    private static final int SHOWN = 80;
    private static final int SENTENCE = 300;
    /** No file's keys are as long, and messages name them. */
    private static final int LONGEST_NAME = 500;

    /** How the parser's message about a second document begins. */
    private static final String TRAILING = "Trailing token";

    private JsonProblem() {}

    /** Limits for a document of which {@code depth} levels can make sense. */
    public static StreamReadConstraints limits(int depth) {
        return StreamReadConstraints.builder()
                .maxNestingDepth(depth)
                .maxNameLength(LONGEST_NAME)
                .build();
    }

    /** Behind the name of a file: {@code is not valid JSON at line 1, column 20: ...}. */
    public static String of(JacksonException e, String language) {
        if (e instanceof DatabindException && !e.getOriginalMessage().startsWith(TRAILING)) {
            String field = e.getPath().stream()
                    .map(step ->
                            step.getPropertyName() == null ? Integer.toString(step.getIndex()) : step.getPropertyName())
                    .collect(Collectors.joining("."));
            return field.isEmpty()
                    ? "is not of the expected form"
                    : "has a value in '" + shorten(field, SHOWN) + "' that is missing or of another kind";
        }
        TokenStreamLocation at = e.getLocation();
        String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        // The parser has a class for it, and does not always use it.
        if (e instanceof UnexpectedEndOfInputException
                || e.getOriginalMessage().startsWith("Unexpected end-of-input")) {
            return "is cut off: its " + language + " ends" + where + " in the middle";
        }
        return "is not valid " + language + where + ": " + words(e);
    }

    /** The parser's message without what it says to programmers and without its images of the place. */
    public static String words(JacksonException e) {
        String text = e.getOriginalMessage()
                .replaceAll("(?s)\\s*in reader, line \\d+, column \\d+:.*?\\^", "")
                .replaceAll("(?s)\\s*\\([^()]*\\[Source.*", "")
                .replaceAll(
                        "(?s)\\s*\\((start marker at|for Object starting|for Array starting|not recognized as) .*", "")
                .replaceAll("(?s),? from `[^`]*`", "")
                .replaceAll("(?s)(: enable)?\\s*\\(?`.*", "")
                .replaceAll("(?s)^" + TRAILING + ".*", "it goes on behind its end")
                .replaceAll("\\s*\\R\\s*", ", ")
                .replaceAll("[,\\s]+$", "");
        return shorten(text, SENTENCE);
    }

    /** A value as the file has it, shortened. */
    public static String shown(JsonNode value) {
        return shorten(value.toString(), SHOWN);
    }

    /** A text as the file has it, shortened. */
    public static String shown(String value) {
        return shorten(value, SHOWN);
    }

    private static String shorten(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "...";
    }
}
