package dev.retort.cli.evaluation;

import dev.retort.cli.report.CellFormat;
import dev.retort.cli.report.Html;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * Takes a page's numbers from the JSON that is written beside it, and nowhere else. Each element that shows one carries its place
 * there, a JSON pointer (RFC 6901), in {@code data-json}, and how it is shown in {@code data-format}.
 */
record JsonCells(JsonNode json) {
    /** A table's cell. */
    String cell(String pointer, CellFormat format) {
        return element("td", "", pointer, format);
    }

    /** A table's cell with a bar behind its number, of a share from 0 to 1 of the cell. */
    String barCell(double share, String pointer, CellFormat format) {
        return element("td", share(" class=\"bar\"", Math.max(0, share)), pointer, format);
    }

    /** A table's cell, colored by a share from 0 to 1. */
    String shadedCell(String style, double share, String pointer, CellFormat format) {
        return element("td", share(" class=\"shaded " + style + "\"", share), pointer, format);
    }

    /** A number in a sentence. */
    String number(String pointer, CellFormat format) {
        return element("span", "", pointer, format);
    }

    double number(String pointer) {
        return at(pointer).asDouble();
    }

    /** Numbers of a list. */
    double[] numbers(String pointer) {
        return StreamSupport.stream(at(pointer).spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    boolean has(String pointer) {
        return !json.at(pointer).isMissingNode();
    }

    JsonNode at(String pointer) {
        return json.requiredAt(pointer);
    }

    private static String share(String style, double share) {
        return style + " style=\"--share: " + Math.round(share * 1000) / 10.0 + "%\"";
    }

    private String element(String name, String attributes, String pointer, CellFormat format) {
        return "<" + name + attributes + " data-json=\"" + Html.escape(pointer) + "\" data-format=\"" + format + "\">"
                + format.text(number(pointer)) + "</" + name + ">";
    }
}
