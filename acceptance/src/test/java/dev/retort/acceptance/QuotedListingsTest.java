package dev.retort.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that lead through the code quote it as it is, whitespace aside, from the file that they link above the listing. */
class QuotedListingsTest {
    private static final Path DOCS = Path.of("..", "docs");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"adding-an-operation.md", "adding-a-detector.md", "adding-a-method.md"})
    void everyListingStandsInItsFile(String page) throws IOException {
        List<Listing> quotes = Listing.of(DOCS.resolve(page)).stream()
                .filter(listing -> !listing.section().equals(OutsidePartsTest.SECTION))
                .toList();
        assertThat(quotes).hasSizeGreaterThan(5);
        assertThat(wrong(DOCS.resolve(page), quotes)).isEmpty();
    }

    @Test
    void otherListingsAreFound() throws IOException {
        Files.writeString(folder.resolve("A.java"), "class A {\n    int f(\n            int x) {}\n}\n");
        Path page = Files.writeString(
                folder.resolve("page.md"),
                """
                # Page
                [A](A.java)
                ```java
                int f(int x) {}
                ```
                ```java
                int f(int y) {}
                ```
                ## Next
                ```java
                class A {
                ```
                [B](B.java)
                ```java
                class B {
                ```
                """);
        assertThat(wrong(page, Listing.of(page)))
                .containsExactly(
                        "A.java has no: int f(int y) {}",
                        "no file is linked above: class A {",
                        "B.java is not there, for: class B {");
    }

    private static List<String> wrong(Path page, List<Listing> listings) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Listing listing : listings) {
            Path file = page.resolveSibling(listing.file());
            String text = listing.text().strip();
            if (listing.file().isEmpty()) {
                wrong.add("no file is linked above: " + text);
            } else if (!Files.isRegularFile(file)) {
                wrong.add(listing.file() + " is not there, for: " + text);
            } else if (!dense(Files.readString(file)).contains(dense(text))) {
                wrong.add(listing.file() + " has no: " + text);
            }
        }
        return wrong;
    }

    private static String dense(String text) {
        return text.replaceAll("\\s+", "");
    }
}
