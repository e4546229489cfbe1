package dev.retort.detection.data;

import java.util.LinkedHashMap;
import java.util.Map;

/** The image formats that are read, told by a file's first bytes. */
public enum ImageFormat {
    JPEG("\u00ff\u00d8"),
    PNG("\u0089PNG\r\n\u001a\n"),
    BMP("BM"),
    GIF("GIF8");

    private static final String READ = "JPEG, PNG, BMP and GIF are";

    /** Beginnings of formats that people have images in and that are not read. */
    private static final Map<String, String> OTHERS = new LinkedHashMap<>();

    static {
        OTHERS.put("II*\0", "TIFF");
        OTHERS.put("MM\0*", "TIFF");
        OTHERS.put("II+\0", "TIFF");
        OTHERS.put("MM\0+", "TIFF");
        OTHERS.put("RIFF", "WebP");
        OTHERS.put("\0\0\0\fjP  ", "JPEG 2000");
        OTHERS.put("\u00ff\n", "JPEG XL");
        OTHERS.put("8BPS", "Photoshop");
    }

    private static final int BRAND = 4;

    private final String beginning;

    ImageFormat(String beginning) {
        this.beginning = beginning;
    }

    /**
     * The format of a file.
     *
     * @throws ImageException if it is none of these
     */
    static ImageFormat of(ImageBytes bytes) {
        if (bytes.size() == 0) {
            throw new ImageException(ImageFault.DAMAGED, "Image " + bytes.name() + " is empty. Restore the file.");
        }
        for (ImageFormat format : values()) {
            if (bytes.has(0, format.beginning)) {
                return format;
            }
        }
        String other = bytes.has(BRAND, "ftyp") ? "HEIF or AVIF" : null;
        for (Map.Entry<String, String> known : OTHERS.entrySet()) {
            other = other == null && bytes.has(0, known.getKey()) ? known.getValue() : other;
        }
        throw new ImageException(
                ImageFault.FORMAT,
                "Image " + bytes.name()
                        + (other == null
                                ? " is of no known format (" + READ + ")"
                                : " is of the format " + other + ", which is not read (" + READ + "). Convert it."));
    }
}
