package dev.retort.distill.cli;

import java.util.Locale;

/**
 * Makes names out of files fit for a terminal: what would move the cursor, change colours, break the line or turn the
 * direction of writing is shown as its number.
 */
final class PlainText {
    private PlainText() {}

    /** The text in one line. */
    static String line(String text) {
        if (text.codePoints().noneMatch(PlainText::isUnsafe)) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isUnsafe(c)) {
                plain.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                plain.appendCodePoint(c);
            }
        });
        return plain.toString();
    }

    private static boolean isUnsafe(int c) {
        int type = Character.getType(c);
        boolean direction = c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
        return type == Character.CONTROL
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || direction;
    }
}
