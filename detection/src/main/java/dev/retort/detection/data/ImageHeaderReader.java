package dev.retort.detection.data;

/**
 * Reads the headers of JPEG (ITU-T T.81, annex B), PNG (W3C, third edition), GIF (89a) and BMP files.
 */
final class ImageHeaderReader {
    private static final int JPEG_BASELINE = 0xc0;
    /** SOF2; SOF1 has longer tables than SOF0. */
    private static final int JPEG_PROGRESSIVE = 2;

    private static final int GIF_PALETTE_FLAG = 0x80;
    private static final int GIF_GRAPHIC_CONTROL = 0xf9;
    private static final int BMP_OLD_HEADER = 12;
    private static final int BMP_MASKED = 3;
    private static final int BMP_EMBEDDED_JPEG = 4;
    private static final int BMP_EMBEDDED_PNG = 5;
    /** Deflate makes at most 258 bytes out of two bits: 1032 out of a byte. */
    private static final long PNG_BYTES_PER_BYTE = 1032;

    /** A GIF's canvas and BMP's runs need no byte a pixel; the other kinds of BMP are checked with their header. */
    private static final long UNLIMITED = Long.MAX_VALUE;

    private ImageHeaderReader() {}

    static ImageHeader read(ImageBytes bytes) {
        ImageHeader header =
                switch (ImageFormat.of(bytes)) {
                    case JPEG -> jpeg(bytes);
                    case PNG -> png(bytes);
                    case GIF -> gif(bytes);
                    case BMP -> bmp(bytes);
                };
        if (header.storedWidth() <= 0 || header.storedHeight() <= 0) {
            throw damaged(
                    bytes, "its header declares " + header.storedWidth() + "x" + header.storedHeight() + " pixels");
        }
        return header;
    }

    private static ImageException damaged(ImageBytes bytes, String how) {
        return ImageIntegrity.damaged(bytes.name(), how, null);
    }

    /** Walks the segments to the first scan, past a frame header and perhaps an EXIF block. */
    private static ImageHeader jpeg(ImageBytes bytes) {
        long frame = 0;
        Orientation orientation = null;
        long at = 2;
        int marker = 0;
        while (marker != ImageIntegrity.JPEG_START_OF_SCAN && marker != ImageIntegrity.JPEG_END_OF_IMAGE) {
            if (at + 1 >= bytes.size()) {
                throw ImageIntegrity.truncated(bytes.name(), bytes.size(), "its end-of-image marker is missing");
            }
            marker = bytes.at(at + 1);
            if (bytes.at(at) != 0xff || marker == 0xff || marker == 0) {
                at++;
            } else if (ImageIntegrity.standsAlone(marker)) {
                at += 2;
            } else {
                if (isFrame(marker) && frame == 0) {
                    frame = at;
                } else if (marker == 0xe1 && orientation == null && bytes.has(at + 4, "Exif\0\0")) {
                    orientation = ExifOrientation.find(bytes, at + 10, at + 2 + bytes.uint16(at + 2));
                }
                at += 2L + (at + 3 < bytes.size() ? bytes.uint16(at + 2) : 0);
            }
        }
        if (frame == 0) {
            throw damaged(bytes, "it has no frame header");
        }
        int kind = bytes.at(frame + 1) - JPEG_BASELINE;
        if (kind > JPEG_PROGRESSIVE) {
            throw new ImageException(
                    ImageFault.FORMAT,
                    "Image " + bytes.name() + " is a JPEG of the kind SOF" + kind
                            + " (lossless, hierarchical or arithmetic), which is not read. Convert it.");
        }
        int components = bytes.at(frame + 9);
        return new ImageHeader(
                ImageFormat.JPEG,
                bytes.uint16(frame + 7),
                bytes.uint16(frame + 5),
                orientation == null ? Orientation.UPRIGHT : orientation,
                // Four inks are decoded beside the three colors that they become.
                Byte.SIZE * (components > 3 ? components + 3 : Math.max(1, components)),
                ImageHeader.Place.ALL,
                jpegCapacity(bytes, frame, components));
    }

    /**
     * Each block of 64 samples takes a bit at least. The component with the most blocks has one for 64 pixels, or for more
     * where another one has more rows and that one more columns.
     */
    private static long jpegCapacity(ImageBytes bytes, long frame, int components) {
        int across = 1;
        int down = 1;
        int most = 1;
        for (int i = 0; i < components; i++) {
            int factors = bytes.at(frame + 11 + 3L * i);
            across = Math.max(across, factors >> 4);
            down = Math.max(down, factors & 15);
            most = Math.max(most, (factors >> 4) * (factors & 15));
        }
        return bytes.size() * Byte.SIZE * 64 * across * down / most;
    }

    /** SOF0 to SOF15; three of the codes between them mean other things. */
    static boolean isFrame(int marker) {
        return marker >= JPEG_BASELINE && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    /** The image header, and a walk over all chunks, as EXIF may stand behind the pixels. */
    private static ImageHeader png(ImageBytes bytes) {
        if (!bytes.has(12, "IHDR")) {
            throw damaged(bytes, "it does not begin with an image header");
        }
        int channels =
                switch (bytes.at(25)) {
                    case 2 -> 3;
                    case 4 -> 2;
                    case 6 -> 4;
                    default -> 1;
                };
        int bits = Math.max(1, channels * bytes.at(24));
        Orientation orientation = null;
        long at = 8;
        boolean ended = false;
        while (!ended) {
            long length = at + 12 <= bytes.size() ? bytes.int32(at) : -1;
            if (length < 0 || at + 12 + length > bytes.size()) {
                throw ImageIntegrity.truncated(bytes.name(), bytes.size(), "its end chunk is missing");
            }
            ended = bytes.has(at + 4, "IEND");
            if (orientation == null && bytes.has(at + 4, "eXIf")) {
                orientation = ExifOrientation.find(bytes, at + 8, at + 8 + length);
            }
            at += length + 12;
        }
        return new ImageHeader(
                ImageFormat.PNG,
                bytes.int32(16),
                bytes.int32(20),
                orientation == null ? Orientation.UPRIGHT : orientation,
                bits,
                ImageHeader.Place.ALL,
                bytes.size() * PNG_BYTES_PER_BYTE * Byte.SIZE / bits);
    }

    /**
     * The canvas, and the place of the first frame on it; a frame that goes beyond enlarges the canvas. Around it is the
     * color of transparent pixels, which inside the frame are drawn in it, too, or else the canvas's background.
     */
    private static ImageHeader gif(ImageBytes bytes) {
        int shared = paletteSize(bytes.at(10));
        int around = bytes.at(11);
        long at = 13 + 3L * shared;
        while (bytes.at(at) == '!') {
            if (bytes.at(at + 1) == GIF_GRAPHIC_CONTROL && (bytes.at(at + 3) & 1) != 0) {
                around = bytes.at(at + 6);
            }
            at += 2;
            while (bytes.at(at) != 0) {
                at += bytes.at(at) + 1;
            }
            at++;
        }
        if (bytes.at(at) != ',') {
            throw damaged(bytes, "it holds no frame");
        }
        int left = bytes.uint16le(at + 1);
        int top = bytes.uint16le(at + 3);
        int own = paletteSize(bytes.at(at + 9));
        long color = (own > 0 ? at + 10 : 13) + 3L * around;
        boolean known = around < (own > 0 ? own : shared);
        return new ImageHeader(
                ImageFormat.GIF,
                Math.max(bytes.uint16le(6), left + bytes.uint16le(at + 5)),
                Math.max(bytes.uint16le(8), top + bytes.uint16le(at + 7)),
                Orientation.UPRIGHT,
                Byte.SIZE,
                new ImageHeader.Place(left, top, known ? bytes.uint16(color) << 8 | bytes.at(color + 2) : 0),
                UNLIMITED);
    }

    private static int paletteSize(int flags) {
        return (flags & GIF_PALETTE_FLAG) == 0 ? 0 : 2 << (flags & 7);
    }

    private static ImageHeader bmp(ImageBytes bytes) {
        boolean old = bytes.int32le(14) == BMP_OLD_HEADER;
        int width = old ? bytes.uint16le(18) : bytes.int32le(18);
        // A negative height means rows from the top.
        int height = old ? bytes.uint16le(20) : Math.abs(bytes.int32le(22));
        int bits = bytes.uint16le(old ? 24 : 28);
        int compression = old ? 0 : bytes.int32le(30);
        if (compression == BMP_EMBEDDED_JPEG || compression == BMP_EMBEDDED_PNG) {
            throw new ImageException(
                    ImageFault.FORMAT,
                    "Image " + bytes.name() + " is a BMP with a JPEG or PNG inside, which is not read. Convert it.");
        }
        if (compression == 0 || compression == BMP_MASKED) {
            long row = ((long) width * bits + 31) / 32 * 4;
            // Some writers leave out the padding of the last row.
            long needed = (bytes.int32le(10) & 0xffffffffL) + row * (height - 1L) + ((long) width * bits + 7) / 8;
            if (width > 0 && height > 0 && needed > bytes.size()) {
                throw ImageIntegrity.truncated(bytes.name(), bytes.size(), needed + " are needed");
            }
        }
        return new ImageHeader(
                ImageFormat.BMP,
                width,
                height,
                Orientation.UPRIGHT,
                Math.max(Byte.SIZE, bits),
                ImageHeader.Place.ALL,
                UNLIMITED);
    }
}
