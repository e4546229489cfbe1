package dev.retort.detection.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Images in files, which are decoded when asked for. */
final class FileImages implements ImageStore {
    private final String source;
    private final ImageFolders folders;
    private final long maxPixels;

    /** @param source the annotation file, for messages */
    FileImages(String source, ImageFolders folders, long maxPixels) {
        this.source = source;
        this.folders = folders;
        this.maxPixels = maxPixels;
    }

    @Override
    public ImageStore withMaxPixels(long pixels) {
        return new FileImages(source, folders, pixels);
    }

    @Override
    public Path file(ImageInfo image) {
        try {
            return folders.file(image.fileName());
        } catch (InvalidPathException e) {
            throw new ImageException(
                    ImageFault.NAME,
                    "The file_name of " + who(image) + ", " + Printable.shortened(image.fileName())
                            + ", can be that of no file here (" + e.getReason()
                            + "). Correct it, and rename the image if it has that name.",
                    e);
        }
    }

    @Override
    public boolean liesOutside(ImageInfo image) {
        try {
            Path name = Path.of(image.fileName()).normalize();
            return name.isAbsolute() || name.startsWith("..");
        } catch (InvalidPathException e) {
            return false;
        }
    }

    @Override
    public RgbImage image(ImageInfo image) {
        RgbImage decoded = ImageFileReader.read(existing(image), maxPixels);
        if (decoded.width() != image.width() || decoded.height() != image.height()) {
            throw misfit(image, ImageHeader.read(file(image)));
        }
        return decoded;
    }

    @Override
    public Orientation checkHeader(ImageInfo image) {
        Path file = existing(image);
        ImageHeader header = ImageHeader.read(file);
        ImageMemory.checkSize(header, maxPixels, ZipFolder.shown(file));
        if (header.width() != image.width() || header.height() != image.height()) {
            throw misfit(image, header);
        }
        return header.orientation();
    }

    private Path existing(ImageInfo image) {
        Path file = file(image);
        if (!Files.isRegularFile(file)) {
            throw new ImageException(
                    ImageFault.MISSING,
                    "Image " + ZipFolder.shown(file) + " (" + who(image)
                            + ") is not there. Put it there, or remove the entry.");
        }
        return file;
    }

    private String who(ImageInfo image) {
        return "image id " + image.id() + " of " + source;
    }

    private ImageException misfit(ImageInfo image, ImageHeader header) {
        boolean unturned =
                header.turned() && header.storedWidth() == image.width() && header.storedHeight() == image.height();
        String is = header.width() + "x" + header.height();
        String says = "but " + source + " says " + image.width() + "x" + image.height() + " for image id " + image.id();
        String file = ZipFolder.shown(file(image));
        return new ImageException(
                ImageFault.SIZE,
                "Image " + file
                        + (unturned
                                ? " has rotation tag " + header.orientation().tag() + " and is shown as " + is + ", "
                                        + says + ", as it is stored. If its boxes were drawn on the turned image, as"
                                        + " viewers show it, exchange width and height; if on the stored one, take the"
                                        + " tag away (exiftool -Orientation= FILE, jpegtran -copy none)."
                                : " is " + is + ", " + says + ". Boxes would not fit: correct the entry's width and"
                                        + " height, or restore the original file."));
    }
}
