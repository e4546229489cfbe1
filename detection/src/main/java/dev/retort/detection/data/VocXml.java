package dev.retort.detection.data;

import dev.retort.tensor.io.JsonProblem;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParser;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Reads the elements of an annotation file of Pascal VOC. Document type declarations are refused, hence external entities
 * and entity bombs, and so is nesting beyond {@value #DEEPEST} elements, where VOC has five.
 */
final class VocXml {
    private static final int DEEPEST = 64;
    /** Pixels: more than any image is wide or high. */
    private static final double MOST = 1e6;

    private static final String NO_DOCTYPE = "http://apache.org/xml/features/disallow-doctype-decl";

    /** An element with the text that stands in it directly and the elements in it. Attributes are passed over. */
    static final class Element {
        private final Path file;
        private final String name;
        private final StringBuilder text = new StringBuilder();
        private final List<Element> children = new ArrayList<>();

        private Element(Path file, String name) {
            this.file = file;
            this.name = name;
        }

        /** The elements of a name that stand in this one directly: a VOC object can hold parts with names of their own. */
        List<Element> all(String name) {
            return children.stream().filter(child -> child.name.equals(name)).toList();
        }

        /** The first of them. */
        Element child(String name) {
            return all(name).stream()
                    .findFirst()
                    .orElseThrow(() -> new DataException(file + " has no <" + name + "> in <" + this.name + ">"));
        }

        /** The text of the first element of a name, or an empty one if there is none. */
        String textOf(String name) {
            return all(name).stream().findFirst().map(Element::text).orElse("");
        }

        String text() {
            return text.toString().strip();
        }

        /** The number in the first element of a name, in pixels. */
        double number(String name) {
            String digits = child(name).text();
            try {
                double value = Double.parseDouble(digits);
                if (Math.abs(value) <= MOST) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Reported below, as a number that is none of pixels is.
            }
            throw new DataException(file + " has '" + JsonProblem.shown(digits) + "' for <" + name
                    + ">: it must be a finite number, of a million at most");
        }
    }

    private final SAXParser parser;

    VocXml() {
        try {
            SAXParserFactory factory = SAXParserFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature(NO_DOCTYPE, true);
            parser = factory.newSAXParser();
        } catch (ParserConfigurationException | SAXException e) {
            throw new IllegalStateException("The XML parser of this Java cannot be made safe: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a file and gives its root element.
     *
     * @throws DataException if it is no such file; the message names it and, if there is one, the place
     */
    Element read(Path file) throws IOException {
        Builder builder = new Builder(file);
        try {
            parser.parse(file.toFile(), builder);
            return builder.root;
        } catch (SAXParseException e) {
            if (e.getException() instanceof CharConversionException wrong) {
                throw encoding(file, wrong);
            }
            String where = " at line " + e.getLineNumber() + ", column " + e.getColumnNumber();
            // The parser's sentence names the feature of its own that forbids it.
            boolean doctype = String.valueOf(e.getMessage()).contains(NO_DOCTYPE);
            throw new DataException(
                    doctype
                            ? file + " has a DOCTYPE" + where + ": remove that line; it is not read, for safety"
                            : file + " is not valid XML" + where + ": " + JsonProblem.shown(e.getMessage()),
                    e);
        } catch (SAXException e) {
            throw new DataException(file + " is not valid XML: " + JsonProblem.shown(e.getMessage()), e);
        } catch (CharConversionException e) {
            throw encoding(file, e);
        } catch (UnsupportedEncodingException e) {
            throw new DataException(
                    file + " names the encoding '" + JsonProblem.shown(e.getMessage())
                            + "' in its first line, which is not known: save it as UTF-8",
                    e);
        }
    }

    private static DataException encoding(Path file, CharConversionException e) {
        return new DataException(
                file + " is not in the encoding that its first line names (UTF-8 if it names none): save it as UTF-8 ("
                        + e.getMessage() + ")",
                e);
    }

    private static final class Builder extends DefaultHandler {
        private final Path file;
        private final Deque<Element> open = new ArrayDeque<>();
        private Element root;

        Builder(Path file) {
            this.file = file;
        }

        @Override
        public void startElement(String uri, String local, String name, Attributes attributes) {
            if (open.size() == DEEPEST) {
                throw new DataException(file + " nests its elements more than " + DEEPEST + " deep, at <"
                        + JsonProblem.shown(name) + ">: that is no annotation file of VOC");
            }
            Element element = new Element(file, name);
            if (open.isEmpty()) {
                root = element;
            } else {
                open.peek().children.add(element);
            }
            open.push(element);
        }

        @Override
        public void endElement(String uri, String local, String name) {
            open.pop();
        }

        @Override
        public void characters(char[] chars, int start, int length) {
            open.peek().text.append(chars, start, length);
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXParseException {
            throw e;
        }
    }
}
