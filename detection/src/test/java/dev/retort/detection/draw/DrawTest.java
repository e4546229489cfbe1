package dev.retort.detection.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retort.detection.data.Category;
import dev.retort.detection.data.RgbImage;
import java.awt.Font;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Painted boxes and heat maps, checked pixel by pixel where it matters. */
class DrawTest {
    private static int color(RgbImage image, int x, int y) {
        return image.value(x, y, 0) << 16 | image.value(x, y, 1) << 8 | image.value(x, y, 2);
    }

    @Test
    void framesLieOnTheEnlargedBox() {
        RgbImage image = RgbImage.black(128, 100);
        assertThat(BoxPainter.enlargement(image)).isEqualTo(8);
        RgbImage painted = BoxPainter.paint(image, List.of(new BoxPainter.Box(10, 40, 60, 90, 3, "ring", 0.875)));
        assertThat(painted.width()).isEqualTo(1024);
        assertThat(painted.height()).isEqualTo(800);
        int ink = Palette.ofClass(3);
        for (int[] corner : new int[][] {{80, 320}, {479, 320}, {80, 719}, {479, 719}, {81, 500}, {300, 718}}) {
            assertThat(color(painted, corner[0], corner[1])).isEqualTo(ink);
        }
        assertThat(color(painted, 82, 322)).isZero();
        assertThat(color(painted, 79, 500)).isZero();
        assertThat(color(painted, 480, 500)).isZero();
        // The plate of "ring 0.88": nine characters of 6 font pixels less a gap, 7 high, plus margins, at scale 4,
        // above
        // the box.
        assertThat(color(painted, 80, 319)).isEqualTo(ink);
        assertThat(color(painted, 80 + (9 * 6 - 1 + 2) * 4 - 1, 284)).isEqualTo(ink);
        assertThat(color(painted, 80 + (9 * 6 - 1 + 2) * 4, 284)).isZero();
        assertThat(color(painted, 80, 283)).isZero();
    }

    @Test
    void trueBoxesAreDashed() {
        RgbImage gray = RgbImage.black(1024, 700);
        Arrays.fill(gray.rgb(), (byte) 90);
        RgbImage painted = BoxPainter.paint(gray, List.of(BoxPainter.Box.truth(100, 100, 300, 200, 0, "a")));
        int ink = Palette.ofClass(0);
        Set<Integer> along = new HashSet<>();
        int changes = 0;
        for (int x = 100; x < 300; x++) {
            along.add(color(painted, x, 100));
            changes += x > 100 && color(painted, x, 100) != color(painted, x - 1, 100) ? 1 : 0;
        }
        assertThat(along).containsExactlyInAnyOrder(ink, 0);
        assertThat(changes).isEqualTo(200 / 8 - 1);
    }

    @Test
    void boxesOutsideTheImageAreCutOff() {
        RgbImage painted = BoxPainter.paint(
                RgbImage.black(1200, 900),
                List.of(
                        new BoxPainter.Box(-50, -60, 5000, 4000, 1, "a very long name beyond the border", 1),
                        new BoxPainter.Box(1190, 890, 1300, 1000, 2, "\u00e9t\u00e9", 0.5)));
        assertThat(painted.width()).isEqualTo(1200);
        assertThat(color(painted, 1190, 895)).isEqualTo(Palette.ofClass(2));
    }

    @Test
    void everyCharacterHasAGlyphOfItsOwn() {
        Set<String> glyphs = new HashSet<>();
        for (char character = ' '; character <= '~' + 1; character++) {
            StringBuilder bits = new StringBuilder();
            for (int row = 0; row < PixelFont.GLYPH_HEIGHT; row++) {
                for (int column = 0; column < PixelFont.GLYPH_WIDTH; column++) {
                    bits.append(PixelFont.pixel(character, column, row) ? '#' : '.');
                }
                bits.append('\n');
            }
            assertThat(glyphs.add(bits.toString()))
                    .as("glyph of %s:%n%s", character, bits)
                    .isTrue();
        }
        // The letter L: a stem at the left, a foot at the bottom.
        assertThat(PixelFont.pixel('L', 0, 3)).isTrue();
        assertThat(PixelFont.pixel('L', 4, 3)).isFalse();
        assertThat(PixelFont.pixel('L', 4, 6)).isTrue();
        assertThat(PixelFont.width("ab")).isEqualTo(11);
        assertThat(PixelFont.width("")).isZero();
    }

    /** Contrast of 4.5 is what the Web Content Accessibility Guidelines ask of small text. */
    @Test
    void labelsOfEveryClassCanBeRead() {
        assertThat(Palette.contrast(0x000000, 0xffffff)).isCloseTo(21, within(1e-9));
        assertThat(Palette.contrast(0x777777, 0xffffff)).isCloseTo(4.48, within(0.005));
        for (int k = 0; k < 200; k++) {
            int color = Palette.ofClass(k);
            assertThat(Palette.contrast(color, Palette.readableOn(color))).isGreaterThan(4.5);
            assertThat(Palette.contrast(Palette.readableOnBlack(color), 0)).isGreaterThanOrEqualTo(7);
        }
        // A class whose own color is dark.
        assertThat(Palette.contrast(Palette.ofClass(1), 0)).isLessThan(7);
        RgbImage painted =
                BoxPainter.paint(RgbImage.black(128, 128), List.of(BoxPainter.Box.truth(20, 20, 60, 60, 1, "HH")));
        Set<Integer> colors = new HashSet<>();
        for (int y = 481; y < 516; y++) {
            colors.add(color(painted, 160 + 5, y));
        }
        assertThat(colors).containsExactlyInAnyOrder(0, Palette.readableOnBlack(Palette.ofClass(1)));
    }

    /** What OpenJDK 17 throws where no font file is found; other lacks give other errors. */
    private static final LabelText WITHOUT_FONTS = new LabelText(() -> {
        throw new Error("Probable fatal error: No physical fonts found.");
    });

    private static int inked(TextMask mask) {
        int inked = 0;
        for (byte ink : mask.coverage()) {
            inked += ink != 0 ? 1 : 0;
        }
        return inked;
    }

    @Test
    void asciiLooksTheSameWithAndWithoutFonts() {
        TextMask mask = LabelText.ofMachine().mask("ring 0.88", 3);
        assertThat(mask.width()).isEqualTo((9 * 6 - 1) * 3);
        assertThat(mask.height()).isEqualTo(7 * 3);
        assertThat(WITHOUT_FONTS.mask("ring 0.88", 3).coverage()).isEqualTo(mask.coverage());
        assertThat(WITHOUT_FONTS.mask("", 3).width()).isEqualTo(1);
        assertThat(WITHOUT_FONTS.mask("x".repeat(100_000), 2).coverage())
                .isEqualTo(WITHOUT_FONTS.mask("x".repeat(77) + "...", 2).coverage());
    }

    @Test
    void withoutFontsOtherNamesBecomeTheClassNumber() {
        assertThat(WITHOUT_FONTS.nameOf(new Category(7, "ring"))).isEqualTo("ring");
        assertThat(WITHOUT_FONTS.nameOf(new Category(7, "\u00d1and\u00fa"))).isEqualTo("class 7");
        assertThat(WITHOUT_FONTS.nameOf(new Category(8, " "))).isEqualTo("class 8");
        // A name that is drawn all the same has hollow boxes.
        assertThat(inked(WITHOUT_FONTS.mask("\u00d1", 2))).isEqualTo((5 + 5 + 5 + 5) * 4);
    }

    @Test
    void whatNoFontShowsBecomesTheClassNumber() {
        assertThat(LabelText.name(new Category(3, "a\ud800"))).isEqualTo("class 3");
        assertThat(LabelText.name(new Category(3, "a\u001b[2J"))).isEqualTo("class 3");
        // A code point that Unicode has given to no character.
        assertThat(LabelText.name(new Category(3, "\u0378"))).isEqualTo("class 3");
    }

    @Test
    void otherScriptsAreDrawnWhereAFontHasThem() {
        Font font = new Font(Font.SANS_SERIF, Font.BOLD, 1);
        LabelText texts = new LabelText(() -> font);
        assumeTrue(!texts.nameOf(new Category(1, "\u00d1")).equals("class 1"), "this Java runtime has no fonts");
        for (String name : List.of("\u00d1and\u00fa", "\u043a\u0440\u0443\u0433", "\u03ba\u03cd\u03ba\u03bb\u03bf")) {
            if (font.canDisplayUpTo(name) >= 0) {
                continue;
            }
            assertThat(texts.nameOf(new Category(1, name))).isEqualTo(name);
            TextMask mask = texts.mask(name, 3);
            // Capitals are as high as the pixel font's, so the whole is no lower.
            assertThat(mask.height()).isBetween(21, 45);
            assertThat(inked(mask)).isBetween(mask.width() * mask.height() / 10, mask.width() * mask.height() * 3 / 4);
            String other = new StringBuilder(name).reverse().toString();
            assertThat(texts.mask(other, 3).coverage()).isNotEqualTo(mask.coverage());
        }
    }

    @Test
    void colorsOfClassesDifferAndHeatBrightensSteadily() {
        Set<Integer> colors = new HashSet<>();
        for (int k = 0; k < 80; k++) {
            assertThat(colors.add(Palette.ofClass(k))).as("class %d", k).isTrue();
        }
        assertThat(Palette.ofClass(0)).isEqualTo(0xff2626);
        double previous = -1;
        for (int i = 0; i <= 100; i++) {
            double brightness = Palette.luminance(Palette.heat(i / 100.0));
            assertThat(brightness).isGreaterThan(previous);
            previous = brightness;
        }
        assertThat(Palette.heat(-1)).isEqualTo(Palette.heat(0));
        assertThat(Palette.heat(2)).isEqualTo(Palette.heat(1));
    }

    @Test
    void heatLiesWhereTheMapSays() {
        // A map of a padded batch: 2 x 3 cells of 8 pixels, the image covers 2 x 2 of them.
        float[] map = {0, 4, 900, 2, 0, 900};
        RgbImage opaque = HeatMap.overlay(RgbImage.black(16, 16), map, 2, 3, 8, 1);
        assertThat(color(opaque, 0, 0)).isEqualTo(Palette.heat(0));
        assertThat(color(opaque, 15, 0)).isEqualTo(Palette.heat(1));
        assertThat(color(opaque, 0, 15)).isEqualTo(Palette.heat(0.5));
        // Pixel 7's center 7.5 is 7/16 of the way from cell center 4 to cell center 12: value 4*7/16 of 4.
        assertThat(color(opaque, 7, 0)).isEqualTo(Palette.heat(7 / 16.0));
        RgbImage half = HeatMap.overlay(RgbImage.black(16, 16), map, 2, 3, 8, 0.5);
        assertThat(half.value(15, 0, 0)).isEqualTo((int) ((Palette.heat(1) >> 16) * 0.5 + 0.5));
        RgbImage flat = HeatMap.overlay(RgbImage.black(4, 4), new float[] {3, 3, 3, 3}, 2, 2, 2, 1);
        assertThat(color(flat, 3, 3)).isEqualTo(Palette.heat(0));
    }

    @Test
    void unusableMapsAreRefused() {
        RgbImage image = RgbImage.black(4, 4);
        assertThatThrownBy(() -> HeatMap.overlay(image, new float[3], 2, 2, 2, 1))
                .hasMessageContaining("2x2 cells");
        assertThatThrownBy(() -> HeatMap.overlay(image, new float[] {1, 2, Float.NaN, 1}, 2, 2, 2, 1))
                .hasMessageContaining("row 1, column 0");
        assertThatThrownBy(() -> HeatMap.overlay(image, new float[4], 2, 2, 0, 1))
                .hasMessageContaining("Stride");
    }
}
