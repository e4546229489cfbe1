package dev.retort.detection.data;

import dev.retort.detection.box.Boxes;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.ResizeRule;

/** How an image gets the size that the network sees, and how boxes found there come back. */
public enum ResizeMethod {
    /**
     * Sides rounded, 8-bit pixels resized as the Python Imaging Library does; boxes are clipped to the image, and empty ones are
     * dropped.
     */
    DETECTRON2 {
        @Override
        public ImageSize target(ImageSize image, int shortEdge, int longEdge) {
            return new ResizeRule(shortEdge, longEdge).apply(image);
        }

        @Override
        public Pixels resize(RgbImage image, ImageSize size) {
            return BilinearResize.resize(image, size.width(), size.height());
        }

        @Override
        public Detections restore(Detections found, ImageSize seen, ImageSize original) {
            return found.rescale(seen, original);
        }
    },
    /**
     * Sides cut to whole pixels by a scale in float32, so that the shorter one is often a pixel below what was asked for; pixels
     * {@linkplain InterpolatedImage interpolated} in float32; boxes scaled in float32 and all kept (torchvision,
     * models/detection/transform.py).
     */
    TORCHVISION {
        @Override
        public ImageSize target(ImageSize image, int shortEdge, int longEdge) {
            float shorter = Math.min(image.height(), image.width());
            float longer = Math.max(image.height(), image.width());
            // torch divides a number by a tensor as its reciprocal times the number.
            double scale = Math.min(1 / shorter * shortEdge, 1 / longer * longEdge);
            return new ImageSize(Math.max(1, (int) Math.floor(image.height() * scale)), Math.max(1, (int)
                    Math.floor(image.width() * scale)));
        }

        @Override
        public Pixels resize(RgbImage image, ImageSize size) {
            return size.width() == image.width() && size.height() == image.height()
                    ? image
                    : new InterpolatedImage(image, size.width(), size.height());
        }

        @Override
        public Detections restore(Detections found, ImageSize seen, ImageSize original) {
            float x = (float) original.width() / seen.width();
            float y = (float) original.height() / seen.height();
            return new Detections(Boxes.scale(found.boxes(), x, y), found.scores(), found.classes());
        }
    };

    /** The size that the network sees of an image whose longer edge must not exceed {@code longEdge}. */
    public abstract ImageSize target(ImageSize image, int shortEdge, int longEdge);

    /** The image at another size. */
    public abstract Pixels resize(RgbImage image, ImageSize size);

    /**
     * Detections in the pixels of the original image.
     *
     * @param seen size of the image in the batch, without padding
     */
    public abstract Detections restore(Detections found, ImageSize seen, ImageSize original);
}
