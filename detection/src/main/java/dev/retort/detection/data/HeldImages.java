package dev.retort.detection.data;

import java.nio.file.Path;
import java.util.Map;

/** Images in memory, by id. */
final class HeldImages implements ImageStore {
    private final String source;
    private final Map<Long, RgbImage> images;

    /** @param source names the data set in messages */
    HeldImages(String source, Map<Long, RgbImage> images) {
        this.source = source;
        this.images = Map.copyOf(images);
    }

    @Override
    public Path file(ImageInfo image) {
        throw new DataException("The images of " + source + " are held in memory, not in files");
    }

    @Override
    public boolean liesOutside(ImageInfo image) {
        return false;
    }

    @Override
    public RgbImage image(ImageInfo image) {
        RgbImage held = images.get(image.id());
        if (held == null) {
            throw new ImageException(
                    ImageFault.MISSING, "Image id " + image.id() + " of " + source + " has no image in memory");
        }
        if (held.width() != image.width() || held.height() != image.height()) {
            throw new ImageException(
                    ImageFault.SIZE,
                    "Image " + image.fileName() + " is " + held.width() + "x" + held.height() + ", but " + source
                            + " says " + image.width() + "x" + image.height() + " for image id " + image.id());
        }
        return held;
    }

    @Override
    public Orientation checkHeader(ImageInfo image) {
        image(image);
        return Orientation.UPRIGHT;
    }

    @Override
    public ImageStore withMaxPixels(long pixels) {
        return this;
    }
}
