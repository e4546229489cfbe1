package dev.retort.cli.report;

import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.RgbImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Opens a report in tests: its elements by XPath, and the images inside it. */
public final class ReportPage {
    private static final String JPEG = "data:image/jpeg;base64,";

    private ReportPage() {}

    public static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
    }

    public static List<Element> find(Document page, String path) throws Exception {
        NodeList nodes = (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, page, XPathConstants.NODESET);
        List<Element> found = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    /** The image that an {@code img} element holds itself. */
    public static RgbImage image(Element image) {
        String source = image.getAttribute("src");
        if (!source.startsWith(JPEG)) {
            throw new AssertionError("Not an image inside the page: " + source);
        }
        return ImageFileReader.decode(Base64.getDecoder().decode(source.substring(JPEG.length())), "image");
    }
}
