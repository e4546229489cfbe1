package dev.retort.detection.data;

import java.nio.file.Path;

/** Where the images of a data set come from; {@link CocoDataset} has methods of these names and says what they throw. */
interface ImageStore {
    Path file(ImageInfo image);

    boolean liesOutside(ImageInfo image);

    RgbImage image(ImageInfo image);

    Orientation checkHeader(ImageInfo image);

    /** The same images, of which those of more than {@code pixels} are refused. */
    ImageStore withMaxPixels(long pixels);
}
