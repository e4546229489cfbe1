package dev.retort.detection.draw;

import dev.retort.detection.data.Category;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Draws texts of labels: ASCII in the pixel font, so that it looks the same everywhere, all else in the Java runtime's
 * sans-serif font, which takes glyphs from whatever fonts the machine has. A runtime without fonts has the pixel font only.
 */
public final class LabelText {
    /** Characters that a label shows of a longer text. */
    private static final int LONGEST = 80;

    private static final String REST = "...";

    /** Size of Java's font over the height of the pixel font's capitals, so that capitals are equally high. */
    private static final float SIZE_OVER_CAPITALS = 1.37f;

    private static final FontRenderContext SMOOTH = new FontRenderContext(null, true, true);

    private static final LabelText MACHINE = new LabelText(() -> new Font(Font.SANS_SERIF, Font.BOLD, 1));

    private final Supplier<Font> fonts;

    /** Null until a text first needs it, as Java's fonts take time and memory; empty where the runtime has none. */
    private Optional<Font> found;

    LabelText(Supplier<Font> fonts) {
        this.fonts = fonts;
    }

    static LabelText ofMachine() {
        return MACHINE;
    }

    /** The font, if the runtime can draw with it: without fontconfig, FreeType or any font file, it fails in many ways. */
    private synchronized Optional<Font> font() {
        if (found == null) {
            try {
                Font font = fonts.get();
                new TextLayout("a", font, SMOOTH).getBounds();
                found = Optional.of(font);
            } catch (OutOfMemoryError e) {
                throw e;
            } catch (RuntimeException | Error noFonts) {
                found = Optional.empty();
            }
        }
        return found;
    }

    /** A class's name, or {@code class 7} with its id where no font here has all characters of the name. */
    public static String name(Category category) {
        return ofMachine().nameOf(category);
    }

    String nameOf(Category category) {
        return covers(category.name()) ? category.name() : "class " + category.id();
    }

    private boolean covers(String text) {
        return !text.isBlank()
                && (PixelFont.covers(text)
                        || font().filter(font -> font.canDisplayUpTo(text) < 0).isPresent());
    }

    /**
     * A text as ink, its first characters if it is long.
     *
     * @param scale pixels of a pixel of the pixel font; the other font's capitals are as high
     */
    TextMask mask(String text, int scale) {
        int[] characters = text.codePoints().toArray();
        String shown = characters.length <= LONGEST ? text : new String(characters, 0, LONGEST - REST.length()) + REST;
        return PixelFont.covers(shown) || font().isEmpty()
                ? PixelFont.mask(shown, scale)
                : smooth(shown, font().get(), scale);
    }

    private static TextMask smooth(String text, Font font, int scale) {
        Font sized = font.deriveFont(SIZE_OVER_CAPITALS * PixelFont.GLYPH_HEIGHT * scale);
        TextLayout layout = new TextLayout(text, sized, SMOOTH);
        Rectangle2D ink = layout.getBounds();
        int left = (int) Math.floor(Math.min(0, ink.getMinX()));
        int top = (int) Math.floor(Math.min(-PixelFont.GLYPH_HEIGHT * scale, ink.getMinY()));
        int width = Math.max(1, (int) Math.ceil(Math.max(layout.getAdvance(), ink.getMaxX())) - left);
        int height = Math.max(1, (int) Math.ceil(Math.max(0, ink.getMaxY())) - top);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
            layout.draw(graphics, -left, -top);
        } finally {
            graphics.dispose();
        }
        byte[] coverage = (byte[]) image.getRaster().getDataElements(0, 0, width, height, null);
        return new TextMask(width, height, coverage);
    }
}
