package dev.retort.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/** Pieces of HTML that is XML as well, so that any parser can check it. */
public final class Html {
    private static final String STYLE = "report.css";

    /** What is no character of XML 1.0, section 2.2: most control characters, and halves of surrogate pairs. */
    private static final Pattern NO_XML =
            Pattern.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\x{10000}-\\x{10ffff}]");

    private Html() {}

    /**
     * A whole page that needs nothing else.
     *
     * @param style CSS besides that of all pages, neither ampersands nor less-than signs in it
     * @param content of the element {@code main}
     */
    public static String page(String title, String style, CharSequence content) {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n<title>" + escape(title)
                + "</title>\n<style>\n" + resource(Html.class, STYLE) + style + "</style>\n</head>\n<body>\n<main>\n"
                + content
                + "</main>\n</body>\n</html>\n";
    }

    /** A text that lies beside a class. */
    public static String resource(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A text, safe as content and as an attribute's value; U+FFFD stands for characters that XML cannot have. */
    public static String escape(String text) {
        return NO_XML.matcher(text)
                .replaceAll("\ufffd")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** A PNG or JPEG file inside the page. */
    static String image(byte[] content, String alternative) {
        String type = content[0] == (byte) 0x89 ? "png" : "jpeg";
        return "<img loading=\"lazy\" alt=\"" + escape(alternative) + "\" src=\"data:image/" + type + ";base64,"
                + Base64.getEncoder().encodeToString(content) + "\" />";
    }
}
