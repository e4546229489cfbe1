package dev.retort.cli.report;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A page of images, two of them side by side, as one HTML file that needs nothing else. It is well-formed XML.
 *
 * @param title the heading
 * @param introduction a sentence or two under it
 * @param facts label and value, in order
 * @param figures the images
 */
public record ImagePage(String title, String introduction, Map<String, String> facts, List<ReportData.Figure> figures) {
    private static final String PAIRS =
            ".panels { grid-template-columns: repeat(2, 1fr); align-items: start; }\nsection figure:first-child { border: 0;"
                    + " margin: 0; padding: 0; }\n";

    /** The page. */
    public String html() {
        StringBuilder content = new StringBuilder(PageParts.header(title, introduction, facts)).append("<section>\n");
        figures.forEach(figure -> content.append(PageParts.figure(figure)));
        return Html.page(title, PAIRS, content.append("</section>\n"));
    }

    /** Writes the page to a file. */
    public void write(Path file) throws IOException {
        AtomicFile.writeString(file, html());
    }
}
