package dev.retort.detection.data;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Keeps pictures in memory up to a budget in bytes. What came first stays: pictures are visited in random order, epoch
 * after epoch, so putting out old ones for new would lose as many hits as it wins. Safe for several threads.
 */
public final class PictureCache {
    private record Key(int picture, int width, int height) {}

    private final long budget;
    private final AtomicLong used = new AtomicLong();
    private final ConcurrentHashMap<Key, Picture> pictures = new ConcurrentHashMap<>();

    /** A cache of at most {@code budget} bytes of pixels; 0 keeps nothing. */
    public PictureCache(long budget) {
        if (budget < 0) {
            throw new IllegalArgumentException("A cache cannot hold " + budget + " bytes");
        }
        this.budget = budget;
    }

    /** Bytes of pixels held. */
    public long bytes() {
        return used.get();
    }

    /** The picture with this number and size, made by {@code source} if it is not held. */
    Picture get(int picture, int width, int height, Supplier<Picture> source) {
        Key key = new Key(picture, width, height);
        Picture held = pictures.get(key);
        if (held != null) {
            return held;
        }
        Picture made = source.get();
        long bytes = made.rgb().length;
        if (used.addAndGet(bytes) > budget || pictures.putIfAbsent(key, made) != null) {
            used.addAndGet(-bytes);
        }
        return made;
    }
}
