package dev.retort.detection.data;

import java.util.Locale;

/** Texts from files, such as names of images and classes, made fit to be printed on a terminal. */
public final class Printable {
    private static final int LONGEST = 500;

    private Printable() {}

    /**
     * The text on one line, with what would steer a terminal or change the order of letters written as {@code \\u001b}:
     * control and format characters, line and paragraph separators, halves of surrogate pairs.
     */
    public static String line(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().forEach(character -> {
            if (steers(character)) {
                line.append(String.format(Locale.ROOT, "\\u%04x", character));
            } else {
                line.appendCodePoint(character);
            }
        });
        return line.toString();
    }

    /** The text, or its beginning where it is longer than any sensible path: messages stay readable. */
    static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }

    private static boolean steers(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            // Joiners belong to words of several scripts; the marks that turn text around are what misleads.
            case Character.FORMAT -> !(character == 0x200c || character == 0x200d);
            default -> false;
        };
    }
}
