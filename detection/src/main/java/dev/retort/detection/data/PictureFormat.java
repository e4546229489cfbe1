package dev.retort.detection.data;

import java.util.LinkedHashMap;
import java.util.Map;

/** The picture formats that are read, told by a file's first bytes. */
public enum PictureFormat {
    JPEG("\u00ff\u00d8"),
    PNG("\u0089PNG\r\n\u001a\n"),
    BMP("BM"),
    GIF("GIF8");

    private static final String READ = "JPEG, PNG, BMP and GIF are";

    /** Beginnings of formats that people have pictures in and that are not read. */
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

    PictureFormat(String beginning) {
        this.beginning = beginning;
    }

    /**
     * The format of a file.
     *
     * @throws PictureException if it is none of these
     */
    static PictureFormat of(PictureBytes bytes) {
        if (bytes.size() == 0) {
            throw new PictureException(
                    PictureFault.DAMAGED, "Picture " + bytes.name() + " is empty. Restore the file.");
        }
        for (PictureFormat format : values()) {
            if (bytes.has(0, format.beginning)) {
                return format;
            }
        }
        String other = bytes.has(BRAND, "ftyp") ? "HEIF or AVIF" : null;
        for (Map.Entry<String, String> known : OTHERS.entrySet()) {
            other = other == null && bytes.has(0, known.getKey()) ? known.getValue() : other;
        }
        throw new PictureException(
                PictureFault.FORMAT,
                "Picture " + bytes.name()
                        + (other == null
                                ? " is of no known format (" + READ + ")"
                                : " is of the format " + other + ", which is not read (" + READ + "). Convert it."));
    }
}
