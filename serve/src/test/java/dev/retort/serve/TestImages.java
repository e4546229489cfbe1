package dev.retort.serve;

import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Images for requests. */
public final class TestImages {
    private static final int BLOCK = 8;
    private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private TestImages() {}

    /** Blocks of colors and noise. */
    public static RgbImage image(int width, int height, int seed) {
        Random random = new Random(seed);
        byte[] rgb = new byte[3 * width * height];
        random.nextBytes(rgb);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if ((x / BLOCK + y / BLOCK + seed) % 2 == 0) {
                    rgb[3 * (y * width + x)] = (byte) (37 * seed);
                    rgb[3 * (y * width + x) + 1] = (byte) (90 + 11 * seed);
                }
            }
        }
        return new RgbImage(width, height, rgb);
    }

    public static byte[] png(int width, int height, int seed) {
        return ImageFileWriter.png(image(width, height, seed));
    }

    static byte[] jpeg(int width, int height, int seed) {
        return ImageFileWriter.jpeg(image(width, height, seed), 0.9f);
    }

    /** A PNG file of a few hundred bytes that declares this size. */
    static byte[] bomb(int width, int height) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(PNG_SIGNATURE);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(header)) {
            out.writeInt(width);
            out.writeInt(height);
            out.write(new byte[] {8, 2, 0, 0, 0});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        chunk(bytes, "IHDR", header.toByteArray());
        Deflater deflater = new Deflater();
        deflater.setInput(new byte[10_000]);
        deflater.finish();
        byte[] packed = new byte[200];
        int length = deflater.deflate(packed);
        deflater.end();
        chunk(bytes, "IDAT", Arrays.copyOf(packed, length));
        chunk(bytes, "IEND", new byte[0]);
        return bytes.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream to, String type, byte[] data) {
        ByteArrayOutputStream checked = new ByteArrayOutputStream();
        checked.writeBytes(type.getBytes(StandardCharsets.US_ASCII));
        checked.writeBytes(data);
        CRC32 crc = new CRC32();
        crc.update(checked.toByteArray());
        try (DataOutputStream out = new DataOutputStream(to)) {
            out.writeInt(data.length);
            out.write(checked.toByteArray());
            out.writeInt((int) crc.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
