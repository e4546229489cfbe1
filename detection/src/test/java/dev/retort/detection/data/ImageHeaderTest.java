package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rotation tags, formats that are read rightly or refused, and images that are larger than they may be. */
class ImageHeaderTest {
    @TempDir
    private Path folder;

    /** An image whose rows are given by letters, each a gray of its own. */
    private static RgbImage letters(String... rows) {
        int width = rows[0].length();
        byte[] rgb = new byte[3 * width * rows.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (rows[i / 3 / width].charAt(i / 3 % width) * 3 + i % 3);
        }
        return new RgbImage(width, rows.length, rgb);
    }

    /** As CIPA DC-008 draws them: the tag says where the stored row 0 and column 0 are shown. */
    @ParameterizedTest
    @CsvSource({
        "1, abc/def",
        "2, cba/fed",
        "3, fed/cba",
        "4, def/abc",
        "5, ad/be/cf",
        "6, da/eb/fc",
        "7, fc/eb/da",
        "8, cf/be/ad"
    })
    void everyRotationTagIsApplied(int tag, String shown) throws IOException {
        byte[] png = ImageFileWriter.png(letters("abc", "def"));
        RgbImage expected = letters(shown.split("/"));
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            for (boolean behind : new boolean[] {false, true}) {
                byte[] tagged = ImageFiles.pngWithExif(png, ImageFiles.exif(tag, order), behind);
                RgbImage read = ImageFileReader.decode(tagged, "t");
                assertThat(read.width()).isEqualTo(expected.width());
                assertThat(read.rgb()).isEqualTo(expected.rgb());
            }
        }
        // Blocks of 16x16 pixels, so that JPEG's losses stay small.
        byte[] large = ImageFileWriter.jpeg(enlarged(letters("abc", "def")), 1);
        Path file = Files.write(
                folder.resolve(tag + ".jpg"),
                ImageFiles.jpegWithExif(large, ImageFiles.exif(tag, ByteOrder.BIG_ENDIAN)));
        ImageHeader header = ImageHeader.read(file);
        RgbImage read = ImageFileReader.read(file);
        RgbImage wanted = enlarged(expected);
        assertThat(header.orientation().tag()).isEqualTo(tag);
        assertThat(header.turned()).isEqualTo(tag != 1);
        assertThat(new int[] {header.width(), header.height()}).containsExactly(read.width(), read.height());
        assertThat(new int[] {header.storedWidth(), header.storedHeight()}).containsExactly(48, 32);
        assertThat(read.width()).isEqualTo(wanted.width());
        for (int i = 0; i < wanted.rgb().length; i++) {
            assertThat((read.rgb()[i] & 0xff) - (wanted.rgb()[i] & 0xff)).isBetween(-2, 2);
        }
    }

    private static RgbImage enlarged(RgbImage image) {
        byte[] rgb = new byte[image.rgb().length * 256];
        int width = 16 * image.width();
        for (int i = 0; i < rgb.length; i++) {
            int pixel = i / 3;
            rgb[i] = (byte) image.value(pixel % width / 16, pixel / width / 16, i % 3);
        }
        return new RgbImage(width, 16 * image.height(), rgb);
    }

    @Test
    void tagsThatMakeNoSenseTurnNothing() {
        byte[] jpeg = ImageFileWriter.jpeg(RgbImage.black(20, 10), 0.9f);
        byte[] exif = ImageFiles.exif(6, ByteOrder.LITTLE_ENDIAN);
        for (int tag : new int[] {0, 9, 65535}) {
            assertThat(orientation(jpeg, ImageFiles.exif(tag, ByteOrder.LITTLE_ENDIAN)))
                    .isEqualTo(Orientation.UPRIGHT);
        }
        for (int length = 0; length < exif.length - 4; length++) {
            assertThat(orientation(jpeg, Arrays.copyOf(exif, length))).isEqualTo(Orientation.UPRIGHT);
        }
        // Byte order, magic number, place of the tags; then, past their number, the tag's number and type.
        for (int at : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13}) {
            byte[] odd = exif.clone();
            odd[at] ^= (byte) 0x80;
            assertThat(orientation(jpeg, odd)).as("byte %d", at).isEqualTo(Orientation.UPRIGHT);
        }
        assertThat(orientation(jpeg, exif)).isEqualTo(Orientation.QUARTER_CLOCKWISE);
    }

    private static Orientation orientation(byte[] jpeg, byte[] exif) {
        return ImageHeaderReader.read(new ImageBytes(ImageFiles.jpegWithExif(jpeg, exif), "t"))
                .orientation();
    }

    /** Samples of 5 and 6 bits become 0..255 as v * 255 / 31 and v * 255 / 63, rounded down. */
    @Test
    void bmpOf16BitsIsScaledToFullRange() {
        int[] pixels = {0xffff, 0x0000, 0xf800, 0x07e0, 0x001f, 10 << 11 | 20 << 5 | 30};
        RgbImage full = ImageFileReader.decode(ImageFiles.bmp16(3, pixels, 0xf800, 0x07e0, 0x001f), "t");
        assertThat(unsigned(full))
                .containsExactly(255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 82, 80, 246);
        int[] fifteen = {0x7fff, 0x7c00, 0x03e0, 0x001f, 10 << 10 | 20 << 5 | 30, 0};
        int[] expected = {255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 82, 164, 246, 0, 0, 0};
        assertThat(unsigned(ImageFileReader.decode(ImageFiles.bmp16(3, fifteen), "t")))
                .containsExactly(expected);
        assertThat(unsigned(ImageFileReader.decode(ImageFiles.bmp16(3, fifteen, 0x7c00, 0x03e0, 0x001f), "t")))
                .containsExactly(expected);
    }

    private static int[] unsigned(RgbImage image) {
        int[] values = new int[image.rgb().length];
        Arrays.setAll(values, i -> image.rgb()[i] & 0xff);
        return values;
    }

    @Test
    void aGifFrameLiesOnItsCanvas() {
        RgbImage shown = ImageFileReader.decode(ImageFiles.gifWithOffset(false), "t");
        assertThat(shown.width()).isEqualTo(4);
        assertThat(shown.height()).isEqualTo(3);
        int[] reds = new int[12];
        Arrays.setAll(reds, i -> shown.value(i % 4, i / 4, 0));
        assertThat(reds).containsExactly(4, 4, 4, 4, 4, 7, 10, 4, 4, 4, 4, 4);
        RgbImage transparent = ImageFileReader.decode(ImageFiles.gifWithOffset(true), "t");
        Arrays.setAll(reds, i -> transparent.value(i % 4, i / 4, 0));
        assertThat(reds).containsExactly(10, 10, 10, 10, 10, 7, 10, 10, 10, 10, 10, 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"II*\0", "MM\0*", "RIFF....WEBP", "....ftypheic", "8BPS", "hello, world"})
    void otherFormatsAreRefusedByName(String beginning) {
        byte[] bytes = Arrays.copyOf(beginning.getBytes(StandardCharsets.US_ASCII), 200);
        assertThatThrownBy(() -> ImageFileReader.decode(bytes, "p.x"))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.fault()).isEqualTo(ImageFault.FORMAT))
                .hasMessageStartingWith("Image p.x is of")
                .hasMessageContaining("JPEG, PNG, BMP and GIF are");
    }

    /** A lossless decoder takes over 30 bytes a pixel, and the others are in no decoder here. */
    @Test
    void onlyBaselineAndProgressiveJpegIsRead() {
        byte[] jpeg = ImageFileWriter.jpeg(RgbImage.black(16, 16), 0.9f);
        int frame = 2;
        while (jpeg[frame + 1] != (byte) 0xc0) {
            frame += 2 + (jpeg[frame + 2] & 0xff) * 256 + (jpeg[frame + 3] & 0xff);
        }
        for (int kind : new int[] {3, 5, 9, 11, 15}) {
            jpeg[frame + 1] = (byte) (0xc0 + kind);
            refused(jpeg, 1000, ImageFault.FORMAT, "SOF" + kind);
        }
    }

    private static void refused(byte[] image, long maxPixels, ImageFault fault, String words) {
        assertThatThrownBy(() -> ImageFileReader.decode(image, "p", maxPixels))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.fault()).isEqualTo(fault))
                .hasMessageStartingWith("Image p ")
                .hasMessageContaining(words);
    }

    @Test
    void imagesLargerThanAllowedAreRefusedByTheirHeader() throws IOException {
        byte[] ten = ImageFileWriter.png(RgbImage.black(5, 2));
        assertThat(ImageFileReader.decode(ten, "p", 10).width()).isEqualTo(5);
        refused(ten, 9, ImageFault.TOO_LARGE, "too large: 10 pixels, at most 9 (--max-pixels)");
        byte[] bomb = ImageFiles.pngOfSize(30000, 30000, 1, 0);
        refused(bomb, 50_000_000, ImageFault.TOO_LARGE, "too large: 900000000 pixels, at most 50000000");
        byte[] jpeg = ImageFiles.jpegOfSize(ImageFileWriter.jpeg(RgbImage.black(16, 16), 0.9f), 20000, 20000);
        refused(jpeg, 50_000_000, ImageFault.TOO_LARGE, "too large: 400000000 pixels, at most 50000000");
        Path file = Files.write(folder.resolve("p.png"), bomb);
        assertThatThrownBy(() -> ImageFileReader.read(file))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("too large");
        assertThatThrownBy(() -> ImageFileReader.decode(ten, "p", 0)).hasMessageContaining("not 0");
    }

    @Test
    void imagesThatTheirFileCannotHoldAreDamaged() {
        long most = ImageFileReader.MOST_PIXELS;
        refused(ImageFiles.pngOfSize(7000, 7000, 8, 2), most, ImageFault.DAMAGED, "7000x7000 pixels, which a file");
        refused(ImageFiles.pngOfSize(20000, 20000, 16, 6), most, ImageFault.TOO_LARGE, "3200000000 bytes");
        refused(
                ImageFiles.jpegOfSize(ImageFileWriter.jpeg(RgbImage.black(16, 16), 0.9f), 20000, 20000),
                most,
                ImageFault.DAMAGED,
                "20000x20000 pixels, which a file of its size cannot hold");
        byte[] bmp = ImageFiles.bmp16(3, new int[9], 0xf800, 0x07e0, 0x001f);
        refused(Arrays.copyOf(bmp, bmp.length - 3), most, ImageFault.DAMAGED, "truncated after");
        refused(ImageFiles.pngOfSize(0, 3, 8, 2), most, ImageFault.DAMAGED, "0x3");
        refused(ImageFiles.pngOfSize(-5, 3, 8, 2), most, ImageFault.DAMAGED, "-5x3");
    }

    /** N bytes hold 8 N blocks of one bit at most, of 64 pixels each. */
    @Test
    void aJpegHoldsABitForEachBlock() {
        byte[] jpeg = ImageFileWriter.jpeg(RgbImage.black(16, 16), 0.9f);
        int most = jpeg.length * 8;
        refused(ImageFiles.jpegOfSize(jpeg, 64 * (most / 64 + 1), 64), 50_000_000, ImageFault.DAMAGED, "cannot hold");
        refused(ImageFiles.jpegOfSize(jpeg, 64 * (most / 64), 64), 50_000_000, ImageFault.DAMAGED, "premature end");
    }

    /** The least that a file can hold an image in must pass: all of one color, packed as tightly as it goes. */
    @Test
    void honestFilesOfOneColorAreRead() {
        RgbImage black = RgbImage.black(3000, 2000);
        for (byte[] file : new byte[][] {ImageFileWriter.png(black), ImageFileWriter.jpeg(black, 0)}) {
            assertThat(file.length).isLessThan(3 * 6_000_000 / 100);
            RgbImage read = ImageFileReader.decode(file, "p");
            assertThat(read.width()).isEqualTo(3000);
            assertThat(read.value(2999, 1999, 0)).isLessThan(3);
        }
    }

    @Test
    void anImageThatDoesNotFitTheHeapIsRefused() {
        assertThatThrownBy(() -> ImageMemory.within(Long.MAX_VALUE / 2, "p", () -> "decoded"))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.fault()).isEqualTo(ImageFault.TOO_LARGE))
                .hasMessageContaining("Image p is too large for the heap")
                .hasMessageContaining("RETORT_HEAP");
        assertThatThrownBy(() -> ImageMemory.within(1, "p", () -> {
                    throw new OutOfMemoryError("Java heap space");
                }))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("too large for the heap");
        assertThat(ImageMemory.within(1, "p", () -> "decoded")).isEqualTo("decoded");
    }

    @Test
    void onlyTheHeaderOfAFileIsRead() throws IOException {
        byte[] png = ImageFileWriter.png(RgbImage.black(300, 200));
        Path file = Files.write(folder.resolve("p.png"), png);
        ImageHeader header = ImageHeader.read(file);
        assertThat(header.format()).isEqualTo(ImageFormat.PNG);
        assertThat(header.width()).isEqualTo(300);
        assertThat(header.height()).isEqualTo(200);
        for (int length = 0; length < png.length; length += 7) {
            Path cut = Files.write(folder.resolve("cut.png"), Arrays.copyOf(png, length));
            assertThatThrownBy(() -> ImageHeader.read(cut))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("cut.png");
        }
        assertThatThrownBy(() -> ImageHeader.read(folder))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(folder.toString());
    }
}
