package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decoding, refusing damaged files, encoding, mirroring and resizing images. */
class RgbImageTest {
    private static RgbImage textured(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        Random random = new Random(4);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (128 + 80 * Math.sin(i * 0.013) + random.nextInt(40));
        }
        return new RgbImage(width, height, rgb);
    }

    private static RgbImage decode(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return ImageFileReader.decode(bytes.toByteArray(), "t");
    }

    @Test
    void pngIsLosslessAndJpegClose() {
        RgbImage image = textured(61, 47);
        RgbImage png = ImageFileReader.decode(ImageFileWriter.png(image), "t");
        assertThat(png.rgb()).isEqualTo(image.rgb());
        RgbImage smooth = BilinearResize.resize(RgbImage.black(1, 1), 50, 40);
        Arrays.fill(smooth.rgb(), (byte) 200);
        RgbImage jpeg = ImageFileReader.decode(ImageFileWriter.jpeg(smooth, 0.95f), "t");
        assertThat(jpeg.width()).isEqualTo(50);
        for (byte value : jpeg.rgb()) {
            assertThat(value & 0xff).isBetween(198, 202);
        }
    }

    @Test
    void grayAndTransparentAndIndexedSamplesAreTakenAsStored() throws IOException {
        BufferedImage gray = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setSample(0, 0, 0, 100);
        gray.getRaster().setSample(1, 0, 0, 7);
        assertThat(decode(gray, "png").rgb()).containsExactly(100, 100, 100, 7, 7, 7);
        BufferedImage deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setSample(0, 0, 0, 0x64ff);
        assertThat(decode(deep, "png").rgb()).containsExactly(100, 100, 100);
        BufferedImage transparent = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        transparent.setRGB(0, 0, 0x400a141e);
        assertThat(decode(transparent, "png").rgb()).containsExactly(10, 20, 30);
        byte[] r = {1, 50};
        byte[] g = {2, 60};
        byte[] b = {3, 70};
        BufferedImage indexed =
                new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(8, 2, r, g, b));
        indexed.getRaster().setSample(0, 0, 0, 1);
        assertThat(decode(indexed, "png").rgb()).containsExactly(50, 60, 70);
        BufferedImage plain = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        plain.setRGB(0, 0, 0x0a141e);
        assertThat(decode(plain, "bmp").rgb()).containsExactly(10, 20, 30);
    }

    @Test
    void everyTruncationIsRefused() {
        RgbImage image = textured(64, 48);
        for (byte[] whole : new byte[][] {ImageFileWriter.png(image), ImageFileWriter.jpeg(image, 0.9f)}) {
            for (int length = 0; length < whole.length; length += 1 + length / 40) {
                byte[] part = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> ImageFileReader.decode(part, "cut.pic"))
                        .as("%d of %d bytes", part.length, whole.length)
                        .isInstanceOf(DataException.class)
                        .hasMessageContaining("cut.pic");
            }
        }
    }

    @Test
    void damageInsideIsRefused() {
        byte[] png = ImageFileWriter.png(textured(64, 48));
        png[png.length / 2] ^= 1;
        assertThatThrownBy(() -> ImageFileReader.decode(png, "p.png")).hasMessageContaining("checksum");

        byte[] jpeg = ImageFileWriter.jpeg(textured(64, 48), 0.9f);
        // An end marker in the middle of the coded data: complete to the segment walk, not to the decoder.
        jpeg[jpeg.length / 2] = (byte) 0xff;
        jpeg[jpeg.length / 2 + 1] = (byte) 0xd9;
        assertThatThrownBy(() -> ImageFileReader.decode(jpeg, "p.jpg"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("p.jpg")
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> ImageFileReader.decode("hello, world".getBytes(), "p.txt"))
                .hasMessageContaining("no known format");
    }

    @Test
    void trailingBytesAfterTheEndAreHarmless() {
        byte[] jpeg = ImageFileWriter.jpeg(textured(16, 16), 0.9f);
        byte[] longer = Arrays.copyOf(jpeg, jpeg.length + 100);
        assertThat(ImageFileReader.decode(longer, "t").rgb())
                .isEqualTo(ImageFileReader.decode(jpeg, "t").rgb());
    }

    @Test
    void filesAreNamedInErrors(@TempDir Path folder) {
        assertThatThrownBy(() -> ImageFileReader.read(folder.resolve("gone.png")))
                .hasMessageContaining("gone.png");
        assertThatThrownBy(() -> ImageFileWriter.write(RgbImage.black(1, 1), folder.resolve("x.tif")))
                .hasMessageContaining("x.tif");
        assertThatThrownBy(() -> new RgbImage(2, 2, new byte[11])).hasMessageContaining("12 bytes");
    }

    @Test
    void mirroring() {
        RgbImage image = new RgbImage(2, 2, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        assertThat(image.flipped().rgb()).containsExactly(4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9);
        assertThat(image.flipped().flipped().rgb()).isEqualTo(image.rgb());
    }

    private static RgbImage row(int... grays) {
        byte[] rgb = new byte[3 * grays.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (grays[i / 3] + 10 * (i % 3));
        }
        return new RgbImage(grays.length, 1, rgb);
    }

    private static RgbImage column(RgbImage row) {
        return new RgbImage(1, row.width(), row.rgb());
    }

    @Test
    void enlargingInterpolates() {
        // 2 to 4: centers at 0.25, 0.75, 1.25, 1.75; the outer ones see one pixel only, the inner ones 3:1 and 1:3.
        assertThat(BilinearResize.resize(row(0, 100), 4, 1).rgb())
                .isEqualTo(row(0, 25, 75, 100).rgb());
        assertThat(BilinearResize.resize(column(row(0, 100)), 1, 4).rgb())
                .isEqualTo(row(0, 25, 75, 100).rgb());
    }

    @Test
    void shrinkingAveragesOverTheWholeArea() {
        // 4 to 2: filter half-width 2. Output 0 at center 1 sees pixels 0..2 (of weights 3, 3, 1 over 7, pixel centers
        // at
        // distances 0.5, 0.5, 1.5); output 1 is the mirror image. (3*0 + 3*70 + 1*140)/7 = 50, (70 + 3*140 + 3*21)/7 =
        // 79.
        assertThat(BilinearResize.resize(row(0, 70, 140, 21), 2, 1).rgb())
                .isEqualTo(row(50, 79).rgb());
        assertThat(BilinearResize.resize(column(row(0, 70, 140, 21)), 1, 2).rgb())
                .isEqualTo(row(50, 79).rgb());
    }

    @Test
    void eachPassIsRoundedToEightBits() {
        // Rows first: (3*1 + 2)/4 = 1.25 becomes 1, (1 + 2*3)/4 = 1.75 becomes 2, and likewise 0.25 and 0.75; without
        // rounding in between, the second pass would see other numbers: at column 0..3 of output row 1 it blends 3:1.
        byte[] rgb = new byte[12];
        int[] grays = {1, 2, 0, 1};
        for (int i = 0; i < 12; i++) {
            rgb[i] = (byte) grays[i / 3];
        }
        RgbImage resized = BilinearResize.resize(new RgbImage(2, 2, rgb), 4, 4);
        int[] expected = {1, 1, 2, 2, 1, 1, 2, 2, 0, 0, 1, 1, 0, 0, 1, 1};
        // Row 1: (3*1 + 0)/4 = 0.75 -> 1, (3*1 + 0)/4 -> 1, (3*2 + 1)/4 = 1.75 -> 2. Row 2: 0.25 -> 0, 1.25 -> 1.
        for (int i = 0; i < 16; i++) {
            assertThat(resized.rgb()[3 * i]).as("pixel %d", i).isEqualTo((byte) expected[i]);
        }
    }

    @Test
    void constantImagesStayConstantAtAnySize() {
        RgbImage white = RgbImage.black(37, 23);
        Arrays.fill(white.rgb(), (byte) 255);
        for (int size : new int[] {1, 2, 7, 22, 24, 50, 111}) {
            byte[] rgb = BilinearResize.resize(white, size, size + 1).rgb();
            for (byte value : rgb) {
                assertThat(value).isEqualTo((byte) 255);
            }
        }
        assertThat(BilinearResize.resize(white, 37, 23)).isSameAs(white);
        assertThatThrownBy(() -> BilinearResize.resize(white, 0, 3)).hasMessageContaining("0x3");
    }
}
