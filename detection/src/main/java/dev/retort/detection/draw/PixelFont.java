package dev.retort.detection.draw;

/**
 * A 5x7 pixel font for printable ASCII, so that labels look the same everywhere and need no fonts on the machine. Any
 * other character is drawn as a hollow box.
 */
final class PixelFont {
    static final int GLYPH_WIDTH = 5;
    static final int GLYPH_HEIGHT = 7;
    /** Distance from one character to the next. */
    static final int ADVANCE = GLYPH_WIDTH + 1;

    /**
     * Characters 32 to 126, seven digits each, separated by blanks. A digit (0-9, a-v: base 32) is a row of five pixels,
     * top row first, the left pixel in the highest bit.
     */
    private static final String GLYPHS =
            """
            0000000 4444404 aa00000 aavavaa 4fke5u4 op248j3 cik8lid 4400000 2488842 8422248 04lel40 044v440 0000c48
            000v000 00000cc 01248g0 ehjlphe 4c4444e eh1248v v2421he 26aiv22 vgu11he 68guhhe v124888 ehhehhe ehhf12c
            0cc0cc0 0cc0c48 248g842 00v0v00 8421248 eh12404 eh1dlle ehhvhhh uhhuhhu ehggghe sihhhis vgguggv vgguggg
            ehgnhhf hhhvhhh e44444e 72222ic hikokih ggggggv hrllhhh hhpljhh ehhhhhe uhhuggg ehhhlid uhhukih fgge11u
            v444444 hhhhhhe hhhhha4 hhhllla hha4ahh hhha444 v1248gv e88888e 0g84210 e22222e 4ah0000 000000v 8420000
            00e1fhf ggmphhu 00egghe 11djhhf 00ehvge 698s888 0fhhf1e ggmphhh 40c444e 20622ic ggikoki c44444e 00qllhh
            00mphhh 00ehhhe 00mpugg 00djf11 00mpggg 00ege1u 88s8896 00hhhjd 00hhha4 00hhlla 00ha4ah 00hhf1e 00v248v
            2448442 4444444 8442448 008l200
            """;

    private static final String UNKNOWN = "vhhhhhv";
    private static final String[] TABLE = GLYPHS.strip().split("\\s+");
    private static final int FIRST = ' ';

    private PixelFont() {}

    /** Width of a text in font pixels, without a gap after the last character. */
    static int width(String text) {
        return Math.max(0, text.length() * ADVANCE - 1);
    }

    /** Whether every character of a text has a glyph. */
    static boolean covers(String text) {
        return text.chars().allMatch(character -> character >= FIRST && character < FIRST + TABLE.length);
    }

    /** A text as ink, each font pixel a square of {@code scale} pixels. */
    static TextMask mask(String text, int scale) {
        int width = Math.max(1, width(text) * scale);
        int height = GLYPH_HEIGHT * scale;
        byte[] coverage = new byte[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int column = x / scale % ADVANCE;
                char character = text.isEmpty() ? ' ' : text.charAt(x / scale / ADVANCE);
                coverage[y * width + x] =
                        (byte) (column < GLYPH_WIDTH && pixel(character, column, y / scale) ? 255 : 0);
            }
        }
        return new TextMask(width, height, coverage);
    }

    /** Whether the pixel (column, row) of a character is set. */
    static boolean pixel(char character, int column, int row) {
        int index = character - FIRST;
        String glyph = index >= 0 && index < TABLE.length ? TABLE[index] : UNKNOWN;
        int bits = Character.digit(glyph.charAt(row), 32);
        return (bits >> (GLYPH_WIDTH - 1 - column) & 1) != 0;
    }
}
