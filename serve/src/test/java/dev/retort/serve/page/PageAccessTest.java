package dev.retort.serve.page;

import static dev.retort.serve.page.OpenPage.in;
import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.serve.RunningService;
import dev.retort.serve.TestImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** The page for keyboards, screen readers, phones and dark rooms. */
@Tag("browser")
class PageAccessTest {
    private static final byte[] IMAGE = TestImages.png(320, 200, 5);
    /** Of text, by WCAG 2.1, criterion 1.4.3. */
    private static final double LEAST_CONTRAST = 4.5;

    private static final String CONTRAST =
            """
            const light = (color) => {
              const [r, g, b] = color.match(/[\\d.]+/g).map((part) => part / 255)
                .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ground = (element) => {
              const color = getComputedStyle(element).backgroundColor;
              return color === 'rgba(0, 0, 0, 0)' ? ground(element.parentElement) : color;
            };
            const poor = [];
            for (const element of document.querySelectorAll(
                'h1, h2, h3, p, label, legend, summary, button, a, th, td, dt, dd, output, textarea')) {
              if (element.getClientRects().length > 0 && element.textContent.trim()) {
                const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
                const contrast = (a + 0.05) / (b + 0.05);
                if (contrast < arguments[0]) {
                  poor.push(`${element.tagName} ${element.textContent.trim()}: ${contrast}`);
                }
              }
            }
            return poor;
            """;

    @TempDir
    private static Path folder;

    private static OpenPage page;

    @BeforeAll
    static void start() throws IOException {
        page = OpenPage.start(folder, RunningService.SETTINGS);
    }

    @AfterAll
    static void stop() {
        if (page != null) {
            page.close();
        }
    }

    @Test
    void tabReachesEverythingAndFocusIsSeen() throws IOException {
        page.load(1280, 1, false).choose("street.png", IMAGE);
        page.browser().run("document.querySelectorAll('details').forEach((details) => (details.open = true))");
        Set<String> reached = new LinkedHashSet<>();
        for (int i = 0; i < 40; i++) {
            new Actions(page.browser().driver()).sendKeys(Keys.TAB).perform();
            reached.add(page.browser()
                    .text("const e = document.activeElement; return (e.id || e.className || e.value || e.tagName)"));
            assertThat(page.browser()
                            .text("const e = document.activeElement;"
                                    + "const s = e.id === 'file' ? document.querySelector('#drop label') : e;"
                                    + "return e === document.body ? 'solid' : getComputedStyle(s).outlineStyle"))
                    .as(reached.toString())
                    .isIn("solid", "auto");
        }
        assertThat(reached)
                .contains("file", "teacher", "student", "score", "all", "none", "marked", "SUMMARY", "copy", "json")
                .containsAll(page.all("#legend input").stream()
                        .map(box -> box.getAttribute("value"))
                        .toList());
    }

    @Test
    void arrowKeysMoveTheSliderAndGoFromRowToRow() throws IOException {
        page.load(1280, 1, false).choose("street.png", IMAGE);
        page.one("#score").sendKeys(Keys.ARROW_LEFT, Keys.ARROW_LEFT);
        assertThat(page.one("#score-value").getText()).isEqualTo("0.48");
        List<WebElement> rows = page.all(in("teacher", "tbody tr"));
        rows.get(0).sendKeys(Keys.ARROW_DOWN);
        assertThat(page.browser().driver().switchTo().activeElement()).isEqualTo(rows.get(1));
        assertThat(rows.get(1).getAttribute("class")).isEqualTo("marked");
        rows.get(1).sendKeys(Keys.END);
        assertThat(page.browser().driver().switchTo().activeElement()).isEqualTo(rows.get(rows.size() - 1));
        assertThat(page.all(in("teacher", "tbody tr[tabindex='0']"))).hasSize(1);
    }

    @Test
    void screenReadersHaveANameForEverything() throws IOException {
        page.load(1280, 1, false).choose("street.png", IMAGE);
        page.one(in("teacher", "summary")).click();
        for (WebElement element : page.all("input:not([type=password]), button, textarea, canvas, section, fieldset")) {
            if (element.isDisplayed() || "file".equals(element.getAttribute("type"))) {
                assertThat(element.getAccessibleName())
                        .as(element.getAttribute("outerHTML"))
                        .isNotBlank();
            }
        }
        assertThat(page.one("#file").getAccessibleName()).isEqualTo("Choose an image");
        assertThat(page.one(in("teacher", "canvas")).getAriaRole()).isIn("image", "img");
        assertThat(page.one("#status").getAriaRole()).isEqualTo("status");
        assertThat(page.one("#status").getAttribute("textContent")).contains("teacher: ");
    }

    @ParameterizedTest
    @CsvSource({"1280, 1, false", "1280, 1, true", "390, 2, false", "390, 2, true"})
    void itFitsTheWindowAndIsReadable(int width, int density, boolean dark) throws IOException {
        page.load(width, density, dark);
        String name = width + (dark ? "-dark" : "-light");
        page.browser().keep("empty-" + name);
        page.choose("a name that is long and that no window of a phone shows in one line 0123456789.png", IMAGE);
        page.one(in("teacher", "summary")).click();
        page.browser().run("document.querySelector(arguments[0]).focus()", in("teacher", "tbody tr"));
        page.browser().keep("found-" + name);
        assertThat(page.browser().number("return document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(width);
        assertThat(page.browser()
                        .number("const t = document.querySelector('.scroll'); return t.scrollWidth - t.clientWidth"))
                .isZero();
        assertThat((List<?>) page.browser().run(CONTRAST, LEAST_CONTRAST)).isEmpty();
        String ground = page.browser().text("return getComputedStyle(document.body).backgroundColor");
        assertThat(ground).isEqualTo(dark ? "rgb(20, 23, 27)" : "rgb(246, 247, 249)");
        List<WebElement> panels = page.all(".panel");
        boolean beside = panels.get(0).getRect().y == panels.get(1).getRect().y;
        assertThat(beside).isEqualTo(width > 1000);
    }
}
