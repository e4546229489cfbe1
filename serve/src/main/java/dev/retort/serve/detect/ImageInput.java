package dev.retort.serve.detect;

import dev.retort.detection.data.ImageException;
import dev.retort.detection.data.ImageFault;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.ImageHeader;
import dev.retort.detection.data.RgbImage;

/** An image of a request: a file's content, or pixels. */
public interface ImageInput {
    /** What messages and answers call it. */
    String name();

    /** About how many bytes its pixels will take while they are decoded; 0 where they are there already, or are too many. */
    long bytesToDecode(long maxPixels);

    /**
     * The pixels.
     *
     * @throws ServiceException if it is damaged, too large or of an unknown format
     */
    RgbImage decode(long maxPixels);

    /** A file's content: JPEG, PNG, BMP or GIF. */
    record Encoded(String name, byte[] content) implements ImageInput {
        /** Three bytes of the result, four of the decoder's own image. */
        private static final int BYTES_A_PIXEL = 7;

        @Override
        public long bytesToDecode(long maxPixels) {
            try {
                long pixels = ImageHeader.read(content, name).pixels();
                return pixels > maxPixels ? 0 : BYTES_A_PIXEL * pixels;
            } catch (ImageException e) {
                throw refused(e);
            }
        }

        @Override
        public RgbImage decode(long maxPixels) {
            try {
                return ImageFileReader.decode(content, name, maxPixels);
            } catch (ImageException e) {
                throw refused(e);
            }
        }

        private static ServiceException refused(ImageException e) {
            FailureKind kind = e.fault() == ImageFault.TOO_LARGE
                    ? FailureKind.TOO_LARGE
                    : e.fault() == ImageFault.FORMAT ? FailureKind.FORMAT : FailureKind.IMAGE;
            return new ServiceException(kind, e.getMessage(), e);
        }
    }

    /** Pixels as they came. */
    record Decoded(String name, RgbImage image) implements ImageInput {
        @Override
        public long bytesToDecode(long maxPixels) {
            return 0;
        }

        @Override
        public RgbImage decode(long maxPixels) {
            return image;
        }
    }
}
