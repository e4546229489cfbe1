package dev.retort.detection.data;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Image files made by hand, byte by byte, as other programs write them. */
public final class ImageFiles {
    private ImageFiles() {}

    /** An EXIF block of one tag, the orientation. */
    public static byte[] exif(int orientation, ByteOrder order) {
        ByteBuffer block = ByteBuffer.allocate(26).order(order);
        block.put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(StandardCharsets.US_ASCII));
        block.putShort((short) 42).putInt(8).putShort((short) 1);
        block.putShort((short) 0x0112).putShort((short) 3).putInt(1);
        block.putShort((short) orientation).putShort((short) 0);
        return block.array();
    }

    /** A JPEG file with an EXIF block behind its start marker. */
    public static byte[] jpegWithExif(byte[] jpeg, byte[] exif) {
        ByteBuffer segment = ByteBuffer.allocate(10 + exif.length);
        segment.putShort((short) 0xffe1).putShort((short) (8 + exif.length));
        segment.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(exif);
        return inserted(jpeg, 2, segment.array());
    }

    /** A PNG file with an EXIF chunk, before or behind its pixels. */
    static byte[] pngWithExif(byte[] png, byte[] exif, boolean behind) {
        byte[] chunk = chunk("eXIf", exif);
        return inserted(png, behind ? png.length - 12 : 33, chunk);
    }

    /** The beginning of a PNG file of any size, with an end chunk and no pixels. */
    static byte[] pngOfSize(int width, int height, int bits, int colorType) {
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        header.put((byte) bits).put((byte) colorType);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        png.writeBytes(chunk("IHDR", header.array()));
        png.writeBytes(chunk("IEND", new byte[0]));
        return png.toByteArray();
    }

    private static byte[] chunk(String type, byte[] content) {
        ByteBuffer chunk = ByteBuffer.allocate(12 + content.length).putInt(content.length);
        chunk.put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + content.length);
        return chunk.putInt((int) crc.getValue()).array();
    }

    /** A JPEG file whose frame header says another size. */
    static byte[] jpegOfSize(byte[] jpeg, int width, int height) {
        byte[] changed = jpeg.clone();
        for (int at = 2; at < changed.length; at += 2 + (changed[at + 2] & 0xff) * 256 + (changed[at + 3] & 0xff)) {
            if (changed[at + 1] == (byte) 0xc0) {
                ByteBuffer.wrap(changed).putShort(at + 5, (short) height).putShort(at + 7, (short) width);
                return changed;
            }
        }
        throw new AssertionError("no frame header");
    }

    /** A BMP file of 16 bits a pixel, rows from the top; {@code masks} of red, green and blue, none for 5-5-5. */
    static byte[] bmp16(int width, int[] pixels, int... masks) {
        int height = pixels.length / width;
        int row = (2 * width + 3) / 4 * 4;
        int offset = 54 + 4 * masks.length;
        ByteBuffer bmp = ByteBuffer.allocate(offset + row * height).order(ByteOrder.LITTLE_ENDIAN);
        bmp.put((byte) 'B').put((byte) 'M').putInt(bmp.capacity()).putInt(0).putInt(offset);
        bmp.putInt(40).putInt(width).putInt(-height).putShort((short) 1).putShort((short) 16);
        bmp.putInt(masks.length == 0 ? 0 : 3);
        bmp.position(54);
        for (int mask : masks) {
            bmp.putInt(mask);
        }
        for (int i = 0; i < pixels.length; i++) {
            bmp.putShort(offset + i / width * row + i % width * 2, (short) pixels[i]);
        }
        return bmp.array();
    }

    /**
     * A GIF file of four colors (1, 2, 3), (4, 5, 6), (7, 8, 9), (10, 11, 12): a canvas of 4x3 pixels, its background
     * color 1, and a frame of 2x1 pixels of colors 2 and 3 at (1, 1).
     *
     * @param transparent a graphic control before the frame makes color 3 transparent
     */
    static byte[] gifWithOffset(boolean transparent) {
        ByteArrayOutputStream gif = new ByteArrayOutputStream();
        gif.writeBytes("GIF89a".getBytes(StandardCharsets.US_ASCII));
        gif.writeBytes(new byte[] {4, 0, 3, 0, (byte) 0x81, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        if (transparent) {
            gif.writeBytes(new byte[] {'!', (byte) 0xf9, 4, 1, 0, 0, 3, 0});
        }
        gif.writeBytes(new byte[] {',', 1, 0, 1, 0, 2, 0, 1, 0, 0});
        // Codes of 3 bits, from the lowest bit up: clear (4), 2, 3, end (5).
        int codes = 4 | 2 << 3 | 3 << 6 | 5 << 9;
        gif.writeBytes(new byte[] {2, 2, (byte) codes, (byte) (codes >> 8), 0, ';'});
        return gif.toByteArray();
    }

    private static byte[] inserted(byte[] into, int at, byte[] what) {
        return ByteBuffer.allocate(into.length + what.length)
                .put(into, 0, at)
                .put(what)
                .put(into, at, into.length - at)
                .array();
    }
}
