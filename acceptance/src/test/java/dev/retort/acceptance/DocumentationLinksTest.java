package dev.retort.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Relative links of the repository's Markdown pages lead to files that exist and to headings that these have. */
class DocumentationLinksTest {
    /** Tests run in the module's folder. */
    private static final Path ROOT = Path.of("..");

    private static final List<String> PAGES = List.of("README.md", "CONTRIBUTING.md", "docs", "recipes", "examples");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern CODE = Pattern.compile("`(?:[^`\n]|\n(?!\n))*`");
    private static final Pattern LINK = Pattern.compile("\\[[^\\[\\]]*]\\(([^()\\s]+)\\)");
    private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    @TempDir
    private Path folder;

    @Test
    void everyRelativeLinkLeadsToAFile() throws IOException {
        List<Path> pages = pages();
        assertThat(pages).contains(ROOT.resolve("README.md"), ROOT.resolve("docs/performance.md"));
        List<String> broken = new ArrayList<>();
        for (Path page : pages) {
            broken.addAll(brokenLinks(page));
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void missingFilesAndHeadingsAreFound() throws IOException {
        Files.writeString(folder.resolve("there.md"), "# The `page`, again\n\n```\n# comment\n```\n");
        Path page = Files.writeString(
                folder.resolve("page.md"),
                """
                # Links
                [file](there.md) [heading](there.md#the-page-again) [here](#links) [web](https://example.org/x.md)
                [no
                file](gone.md) ![image](gone.png) [no heading](there.md#comment) [nor here](#page) `[code](gone)`
                ```java
                a[0](gone);
                ```
                """);
        assertThat(brokenLinks(page))
                .containsExactly(
                        page + ": gone.md", page + ": gone.png", page + ": there.md#comment", page + ": #page");
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String start : PAGES) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(start))) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        return pages;
    }

    private static List<String> brokenLinks(Path page) throws IOException {
        List<String> broken = new ArrayList<>();
        String text = CODE.matcher(withoutBlocks(page)).replaceAll("");
        for (MatchResult link : LINK.matcher(text).results().toList()) {
            String target = link.group(1);
            if (!ELSEWHERE.matcher(target).matches() && !exists(page, target)) {
                broken.add(page + ": " + target);
            }
        }
        return broken;
    }

    private static boolean exists(Path page, String target) throws IOException {
        int hash = target.indexOf('#');
        String name = hash < 0 ? target : target.substring(0, hash);
        Path file = name.isEmpty() ? page : page.resolveSibling(name);
        return Files.exists(file) && (hash < 0 || anchors(file).contains(target.substring(hash + 1)));
    }

    /** The anchors that GitHub gives a page's headings: lower case, no punctuation, hyphens for blanks. */
    private static List<String> anchors(Path page) throws IOException {
        return HEADING.matcher(withoutBlocks(page))
                .results()
                .map(heading -> heading.group(1)
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static String withoutBlocks(Path page) throws IOException {
        return BLOCK.matcher(Files.readString(page)).replaceAll("");
    }
}
