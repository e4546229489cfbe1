package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images in memory become the same 8-bit RGB as files of the same samples. */
class ImagesOfProgramsTest {
    @ParameterizedTest
    @EnumSource
    void anImageIsReadAsItsFile(SampleImages.Kind kind) throws IOException {
        BufferedImage image = SampleImages.image(kind, 3);
        assertThat(image.getType()).isEqualTo(kind.type);
        RgbImage file = ImageFileReader.decode(SampleImages.file(kind, image), "a file");
        RgbImage decoded = RgbImage.of(image);
        assertThat(decoded.width()).isEqualTo(image.getWidth());
        assertThat(decoded.height()).isEqualTo(image.getHeight());
        assertThat(decoded.rgb()).isEqualTo(file.rgb());
    }

    @Test
    void theKindsAreAllThatJavaNames() {
        assertThat(Arrays.stream(SampleImages.Kind.values()).map(kind -> kind.type))
                .containsAll(IntStream.rangeClosed(BufferedImage.TYPE_CUSTOM, BufferedImage.TYPE_BYTE_INDEXED)
                        .boxed()
                        .toList());
    }

    /** Four inks: a color is what is left of white, (1 - c)(1 - k). */
    private static final class Inks extends ColorSpace {
        private static final long serialVersionUID = 1L;

        Inks() {
            super(TYPE_CMYK, 4);
        }

        @Override
        public float[] toRGB(float[] inks) {
            float light = 1 - inks[3];
            return new float[] {(1 - inks[0]) * light, (1 - inks[1]) * light, (1 - inks[2]) * light};
        }

        @Override
        public float[] fromRGB(float[] rgb) {
            throw new UnsupportedOperationException();
        }

        @Override
        public float[] toCIEXYZ(float[] inks) {
            throw new UnsupportedOperationException();
        }

        @Override
        public float[] fromCIEXYZ(float[] xyz) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void inksAreConvertedNotTakenForColors() {
        BufferedImage image = SampleImages.components(new Inks(), false, DataBuffer.TYPE_BYTE);
        image.getRaster().setPixel(0, 0, new int[] {255, 0, 51, 0});
        image.getRaster().setPixel(1, 0, new int[] {0, 0, 0, 204});
        byte[] rgb = RgbImage.of(image).rgb();
        // (1 - 1, 1 - 0, 1 - 0.2) and three times 1 - 0.8, of 255.
        assertThat(Arrays.copyOf(rgb, 6)).containsExactly(0, 255, 204, 51, 51, 51);
    }

    @ParameterizedTest
    @ValueSource(ints = {DataBuffer.TYPE_SHORT, DataBuffer.TYPE_INT, DataBuffer.TYPE_FLOAT, DataBuffer.TYPE_DOUBLE})
    void samplesWithoutARangeOfSixteenBitsAreRefused(int type) {
        BufferedImage image = SampleImages.components(ColorSpace.getInstance(ColorSpace.CS_sRGB), false, type);
        assertThatThrownBy(() -> RgbImage.of(image))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("BufferedImage")
                .hasMessageContaining("samples of " + DataBuffer.getDataTypeSize(type) + " bits")
                .hasMessageContaining("Convert it");
    }
}
