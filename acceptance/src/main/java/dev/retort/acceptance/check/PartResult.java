package dev.retort.acceptance.check;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What came of a part.
 *
 * @param text what is to be said of it, line by line; the first line tells the most
 * @param figures numbers and words by name
 * @param rows a table: entries by the name of their column, all rows with the same ones
 */
public record PartResult(
        @JsonProperty("name") String name,
        @JsonProperty("what") String what,
        @JsonProperty("status") Status status,
        @JsonProperty("seconds") double seconds,
        @JsonProperty("text") List<String> text,
        @JsonProperty("figures") Map<String, Object> figures,
        @JsonProperty("rows") List<Map<String, Object>> rows) {

    /** The same with another outcome, and with a line in front. */
    PartResult ended(Status other, double after, String line) {
        List<String> lines = new ArrayList<>(List.of(line));
        lines.addAll(text);
        return new PartResult(name, what, other, after, lines, figures, rows);
    }

    /** Of a part that left nothing behind. */
    static PartResult begun(Part part) {
        return new PartResult(part.name(), part.what(), Status.RUNNING, 0, List.of(), Map.of(), List.of());
    }
}
