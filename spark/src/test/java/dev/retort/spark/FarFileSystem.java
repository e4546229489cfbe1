package dev.retort.spark;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Files that no local path leads to, as far as addresses tell: {@code far:///folder/file}. */
public final class FarFileSystem extends RawLocalFileSystem {
    /** What a session is told of it. */
    static final String SETTING = "spark.hadoop.fs.far.impl=" + FarFileSystem.class.getName();

    @Override
    public URI getUri() {
        return URI.create("far:///");
    }
}
