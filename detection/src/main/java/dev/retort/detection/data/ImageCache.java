package dev.retort.detection.data;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Keeps images in memory up to a budget in bytes. What came first stays: images are visited in random order, epoch
 * after epoch, so putting out old ones for new would lose as many hits as it wins. Safe for several threads.
 */
public final class ImageCache {
    private record Key(int image, int width, int height) {}

    private final long budget;
    private final AtomicLong used = new AtomicLong();
    private final ConcurrentHashMap<Key, RgbImage> images = new ConcurrentHashMap<>();

    /** A cache of at most {@code budget} bytes of pixels; 0 keeps nothing. */
    public ImageCache(long budget) {
        if (budget < 0) {
            throw new IllegalArgumentException("A cache cannot hold " + budget + " bytes");
        }
        this.budget = budget;
    }

    /** Bytes of pixels held. */
    public long bytes() {
        return used.get();
    }

    /** The image with this number and size, made by {@code source} if it is not held. */
    RgbImage get(int image, int width, int height, Supplier<RgbImage> source) {
        Key key = new Key(image, width, height);
        RgbImage held = images.get(key);
        if (held != null) {
            return held;
        }
        RgbImage made = source.get();
        long bytes = made.rgb().length;
        if (used.addAndGet(bytes) > budget || images.putIfAbsent(key, made) != null) {
            used.addAndGet(-bytes);
        }
        return made;
    }
}
