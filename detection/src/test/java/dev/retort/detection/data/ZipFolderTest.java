package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images in zip files: what is read, how much of it, and what is refused. */
class ZipFolderTest {
    /** Where a local header and the central one of an entry have their fields, in bytes from their beginnings. */
    private static final int CENTRAL_SIZE = 24;

    @TempDir
    Path folder;

    private Path zip(Map<String, byte[]> entries) throws IOException {
        Path zip = folder.resolve("set.zip");
        Zips.write(zip, entries);
        return zip;
    }

    private static byte[] noise(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * i * 31 + i / 7);
        }
        return rgb;
    }

    private static int find(byte[] bytes, String signature) {
        byte[] wanted = signature.getBytes(StandardCharsets.ISO_8859_1);
        return IntStream.range(0, bytes.length - wanted.length)
                .filter(i -> Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void imagesAreReadAsFromFilesByManyThreads() throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        for (int i = 0; i < 20; i++) {
            RgbImage image = new RgbImage(60 + i, 50, noise(60 + i, 50));
            entries.put(
                    "a/" + i + (i % 2 == 0 ? ".png" : ".jpg"),
                    i % 2 == 0 ? ImageFileWriter.png(image) : ImageFileWriter.jpeg(image, 0.9f));
        }
        Path root = ZipFolder.root(zip(entries));
        List<String> names = List.copyOf(entries.keySet());
        IntStream.range(0, 400).parallel().forEach(i -> {
            String name = names.get(i % names.size());
            Path file = root.resolve(name);
            RgbImage expected = ImageFileReader.decode(entries.get(name), name);
            assertThat(ImageHeader.read(file).width()).isEqualTo(expected.width());
            assertThat(ImageFileReader.read(file).rgb()).isEqualTo(expected.rgb());
        });
    }

    /** A comment of 50,000 bytes before the size of a JPEG: more than is inflated at first. */
    @Test
    void aHeaderFarBehindIsFound() throws IOException {
        byte[] jpeg = ImageFileWriter.jpeg(RgbImage.black(30, 20), 0.9f);
        byte[] far = new byte[jpeg.length + 50_002];
        System.arraycopy(jpeg, 0, far, 0, 2);
        far[2] = (byte) 0xff;
        far[3] = (byte) 0xfe;
        far[4] = (byte) (50_000 >> 8);
        far[5] = (byte) 50_000;
        System.arraycopy(jpeg, 2, far, 50_004, jpeg.length - 2);
        Path root = ZipFolder.root(zip(Map.of("a.jpg", far)));
        assertThat(ImageHeader.read(root.resolve("a.jpg")).width()).isEqualTo(30);
        assertThat(ImageFileReader.read(root.resolve("a.jpg")).height()).isEqualTo(20);
    }

    @Test
    void aDamagedEntryIsTold() throws IOException {
        byte[] png = ImageFileWriter.png(new RgbImage(40, 40, noise(40, 40)));
        Path zip = zip(Map.of("a.png", png));
        byte[] bytes = Files.readAllBytes(zip);
        // In the middle of the compressed content.
        bytes[bytes.length / 2] ^= 0x55;
        Files.write(zip, bytes);
        Path file = ZipFolder.root(zip).resolve("a.png");
        assertThatThrownBy(() -> ImageFileReader.read(file))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(zip + "!/a.png");
    }

    /** The zip's directory says 100 bytes of what are a million: no more is inflated. */
    @Test
    void anEntryThatHasMoreThanItSaysIsNotInflated() throws IOException {
        Path zip = zip(Map.of("a.bmp", new byte[1_000_000]));
        byte[] bytes = Files.readAllBytes(zip);
        int central = find(bytes, "PK\1\2");
        for (int i = 0; i < 4; i++) {
            bytes[central + CENTRAL_SIZE + i] = (byte) (i == 0 ? 100 : 0);
        }
        Files.write(zip, bytes);
        Path file = ZipFolder.root(zip).resolve("a.bmp");
        assertThatThrownBy(() -> ZipFolder.content(file, 1000))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void anEntryThatIsTooLargeIsRefusedByWhatItSays() throws IOException {
        Path file = ZipFolder.root(zip(Map.of("a.txt", new byte[1_000_000]))).resolve("a.txt");
        assertThat(ZipFolder.content(file, 1_000_000)).hasSize(1_000_000);
        assertThatThrownBy(() -> ZipFolder.content(file, 999_999))
                .hasMessage("it has 1000000 bytes, at most 999999 are read");
    }

    /** A bitmap of 60 million pixels that deflates to nearly nothing. */
    @Test
    void anImageThatDeclaresTooManyPixelsIsRefusedByItsHeader() throws IOException {
        byte[] bomb = new byte[2_000_000];
        byte[] real = ImageFileWriter.png(RgbImage.black(3, 3));
        System.arraycopy(real, 0, bomb, 0, real.length);
        bomb[18] = 0x60;
        bomb[22] = 0x60;
        Path file = ZipFolder.root(zip(Map.of("a.png", bomb))).resolve("a.png");
        assertThatThrownBy(() -> ImageFileReader.read(file))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("is too large");
    }

    @Test
    void noEntryLeadsOutOfTheZip() throws IOException {
        Files.writeString(folder.resolve("secret.png"), "outside");
        Path inside = ZipFolder.root(zip(Map.of("a.png", new byte[1])));
        assertThat(Files.exists(inside.resolve("../secret.png"))).isFalse();
        assertThat(Files.exists(inside.resolve(folder.resolve("secret.png").toString())))
                .isFalse();
        Path climbing = zip(Map.of("../secret.png", new byte[1]));
        assertThatThrownBy(() -> ZipFolder.root(climbing))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(climbing + " is no zip file that can be read (");
    }
}
