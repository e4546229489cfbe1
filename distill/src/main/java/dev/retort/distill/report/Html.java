package dev.retort.distill.report;

import java.util.Base64;

/** Pieces of HTML that is XML as well, so that any parser can check it. */
final class Html {
    private Html() {}

    /** A text, safe as content and as an attribute's value. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
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
