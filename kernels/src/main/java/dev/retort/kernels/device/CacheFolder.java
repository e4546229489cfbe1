package dev.retort.kernels.device;

import java.nio.file.Path;

/** Where Retort keeps what it can make again: compiled kernels, and libraries that it has rewritten. */
public final class CacheFolder {
    /** System property: the folder that holds all of them, in place of the user's cache. */
    public static final String PROPERTY = "retort.cache";

    private CacheFolder() {}

    /** The folder for one kind: below the one that {@link #PROPERTY} names, else in the user's cache. It need not exist. */
    public static Path of(String kind) {
        String named = System.getProperty(PROPERTY);
        if (named != null && !named.isBlank()) {
            return Path.of(named).toAbsolutePath().resolve(kind);
        }
        String caches = System.getenv("XDG_CACHE_HOME");
        Path base = caches == null || caches.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(caches);
        return base.toAbsolutePath().resolve("retort").resolve(kind);
    }
}
