package dev.retort.cli.gradcheck;

import dev.retort.cli.job.TextFile;
import dev.retort.testkit.gradients.ErrorHistogram;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes the outcome of a gradient check for programs: as JSON, and as XML in the form of JUnit's reports. */
public final class GradcheckFiles {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private GradcheckFiles() {}

    /**
     * Writes a list of objects with {@code operation}, {@code case}, {@code backend}, {@code against}, {@code dtype},
     * {@code pass}, {@code worst_error}, {@code bound} and {@code seconds}; besides {@code kind} (forward or backward),
     * {@code place}, {@code expected} and {@code actual} of the worst element, {@code worst_ulp}, {@code note} and
     * {@code replay}. A number that is not finite is null.
     */
    public static void writeJson(GradcheckRun run, Path file) throws IOException {
        List<Map<String, Object>> list =
                run.cells().stream().map(cell -> entry(run, cell)).toList();
        TextFile.write(file, MAPPER.writeValueAsString(list) + "\n");
    }

    private static Map<String, Object> entry(GradcheckRun run, Cell cell) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("operation", cell.operation());
        entry.put("case", cell.name());
        entry.put("backend", cell.backend());
        entry.put("against", cell.against());
        entry.put("dtype", MatrixColumn.name(cell.dtype()));
        entry.put("pass", cell.pass());
        entry.put("worst_error", finite(cell.worstError()));
        entry.put("bound", cell.bound());
        entry.put("seconds", cell.seconds());
        entry.put("kind", MatrixColumn.of(cell).kindTitle());
        entry.put("place", cell.detail().place());
        entry.put("expected", finite(cell.detail().expected()));
        entry.put("actual", finite(cell.detail().actual()));
        ErrorHistogram ulps = cell.detail().ulps();
        entry.put("worst_ulp", ulps == null ? null : finite(ulps.worst()));
        entry.put("note", cell.detail().note());
        entry.put("replay", run.replay(cell));
        return entry;
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** Writes a test suite for each backend, with a test case for each check. */
    public static void writeJunit(GradcheckRun run, Path file) throws IOException {
        List<Cell> cells = run.cells();
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuites");
            for (String backend : cells.stream().map(Cell::backend).distinct().toList()) {
                suite(
                        xml,
                        run,
                        backend,
                        cells.stream().filter(c -> c.backend().equals(backend)).toList());
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IOException("Cannot write " + file + ": " + e.getMessage(), e);
        }
        TextFile.write(file, text + "\n");
    }

    private static void suite(XMLStreamWriter xml, GradcheckRun run, String backend, List<Cell> cells)
            throws XMLStreamException {
        String name = "gradcheck." + backend;
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", name);
        xml.writeAttribute("tests", "" + cells.size());
        xml.writeAttribute(
                "failures", "" + cells.stream().filter(cell -> !cell.pass()).count());
        xml.writeAttribute("errors", "0");
        xml.writeAttribute("skipped", "0");
        xml.writeAttribute(
                "time", seconds(cells.stream().mapToDouble(Cell::seconds).sum()));
        xml.writeCharacters("\n");
        for (Cell cell : cells) {
            xml.writeStartElement("testcase");
            xml.writeAttribute("classname", name + "." + cell.operation());
            xml.writeAttribute(
                    "name",
                    cell.name() + ", " + MatrixColumn.of(cell).kindTitle() + " in " + MatrixColumn.name(cell.dtype())
                            + " against " + cell.against());
            xml.writeAttribute("time", seconds(cell.seconds()));
            if (!cell.pass()) {
                xml.writeStartElement("failure");
                xml.writeAttribute("type", MatrixColumn.of(cell).kindTitle());
                xml.writeAttribute(
                        "message",
                        "error " + cell.worstError() + " against " + cell.against() + ", accepted " + cell.bound());
                xml.writeCharacters(cell.detail().place() + ": " + cell.detail().actual() + " where "
                        + cell.detail().expected() + " is right. "
                        + cell.detail().note() + "\nAgain: " + run.replay(cell));
                xml.writeEndElement();
            }
            xml.writeEndElement();
            xml.writeCharacters("\n");
        }
        xml.writeEndElement();
        xml.writeCharacters("\n");
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }
}
