package dev.retort.detection.data;

import java.util.Locale;
import java.util.zip.CRC32;

/**
 * Tells whether a JPEG or PNG file is whole, which decoders do not insist on: they fill what is missing with gray and at
 * most warn.
 */
final class ImageIntegrity {
    private static final int JPEG_START_OF_IMAGE = 0xd8;
    static final int JPEG_END_OF_IMAGE = 0xd9;
    static final int JPEG_START_OF_SCAN = 0xda;
    private static final int JPEG_HUFFMAN_TABLES = 0xc4;
    /** A progressive image has them anew for each of its scans, of which encoders write some ten. */
    private static final int MOST_TABLES = 500;

    private static final int JPEG_FIRST_RESTART = 0xd0;
    private static final int JPEG_TEMPORARY = 0x01;
    private static final int PNG_END = 0x49454e44;

    private ImageIntegrity() {}

    /** Refuses a truncated or, for PNG, damaged file. Other formats are left to their decoder. */
    static void check(ImageFormat format, byte[] bytes, String name) {
        if (format == ImageFormat.JPEG) {
            checkJpeg(bytes, name);
        } else if (format == ImageFormat.PNG) {
            checkPng(bytes, name);
        }
    }

    /** Whether a JPEG marker is followed by no length: a restart, the start of the image or a temporary marker. */
    static boolean standsAlone(int marker) {
        return marker == JPEG_TEMPORARY || marker >= JPEG_FIRST_RESTART && marker <= JPEG_START_OF_IMAGE;
    }

    /**
     * Whether a warning of the JPEG decoder tells of lost image data. Harmless ones, such as extra bytes before a
     * marker, occur in many sound files.
     */
    static boolean meansLostData(String warning) {
        String text = warning.toLowerCase(Locale.ROOT);
        return text.contains("premature end")
                || text.contains("bad huffman")
                || text.contains("corrupt jpeg data") && !text.contains("extraneous bytes");
    }

    /**
     * Walks the segments of ITU-T T.81, annex B, to the end-of-image marker. Segments with a length are skipped whole, so
     * that a thumbnail's own end marker does not count; after a start of scan, coded data runs to the next marker that
     * is neither a stuffed zero nor a restart.
     */
    private static void checkJpeg(byte[] bytes, String name) {
        int at = 2;
        int frames = 0;
        int tables = 0;
        while (at + 1 < bytes.length) {
            int marker = unsigned(bytes, at + 1);
            if (unsigned(bytes, at) != 0xff || marker == 0xff || marker == 0) {
                at++;
            } else if (marker == JPEG_END_OF_IMAGE) {
                return;
            } else if (standsAlone(marker)) {
                at += 2;
            } else if (at + 3 < bytes.length) {
                if (ImageHeaderReader.isFrame(marker) && ++frames > 1) {
                    // Decoders keep something for each, and for each table.
                    throw damaged(name, "it has more than one frame header", null);
                }
                if (marker == JPEG_HUFFMAN_TABLES && ++tables > MOST_TABLES) {
                    throw damaged(name, "it defines Huffman tables more than " + MOST_TABLES + " times", null);
                }
                at += 2 + (unsigned(bytes, at + 2) << 8 | unsigned(bytes, at + 3));
                if (marker == JPEG_START_OF_SCAN) {
                    at = endOfScan(bytes, at);
                }
            } else {
                break;
            }
        }
        throw truncated(name, bytes.length, "its end-of-image marker is missing");
    }

    private static int endOfScan(byte[] bytes, int at) {
        while (at + 1 < bytes.length) {
            int next = unsigned(bytes, at + 1);
            boolean data = unsigned(bytes, at) != 0xff
                    || next == 0
                    || next == 0xff
                    || next >= JPEG_FIRST_RESTART && next < JPEG_START_OF_IMAGE;
            if (!data) {
                return at;
            }
            at++;
        }
        return at;
    }

    private static void checkPng(byte[] bytes, String name) {
        int at = 8;
        while (at + 12 <= bytes.length) {
            int length = int32(bytes, at);
            if (length < 0 || length > bytes.length - at - 12) {
                break;
            }
            CRC32 crc = new CRC32();
            crc.update(bytes, at + 4, length + 4);
            if ((int) crc.getValue() != int32(bytes, at + 8 + length)) {
                throw damaged(name, "the checksum of its chunk at byte " + at + " does not match", null);
            }
            if (int32(bytes, at + 4) == PNG_END) {
                return;
            }
            at += length + 12;
        }
        throw truncated(name, bytes.length, "its end chunk is missing");
    }

    static ImageException truncated(String name, long size, String how) {
        return new ImageException(
                ImageFault.DAMAGED,
                "Image " + name + " is truncated after " + size + " bytes: " + how + ". Restore the file.");
    }

    static ImageException damaged(String name, String how, Exception cause) {
        return new ImageException(
                ImageFault.DAMAGED, "Image " + name + " is damaged: " + how + ". Restore the file.", cause);
    }

    private static int unsigned(byte[] bytes, int at) {
        return bytes[at] & 0xff;
    }

    private static int int32(byte[] bytes, int at) {
        return unsigned(bytes, at) << 24
                | unsigned(bytes, at + 1) << 16
                | unsigned(bytes, at + 2) << 8
                | unsigned(bytes, at + 3);
    }
}
