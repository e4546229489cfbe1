package dev.retort.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkFiles;

/** Data sets on this machine: local ones where they are, others as copies that this JVM makes once, and Spark removes. */
final class LocalData {
    private static final Map<String, Path> COPIES = new HashMap<>();

    private LocalData() {}

    /**
     * An address that means the same on every machine: whole, where it was relative.
     *
     * @param uri as Hadoop's file systems take it
     * @throws IOException if there is no such file system
     */
    static String address(String uri, Configuration configuration) throws IOException {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(uri);
        return path.getFileSystem(configuration).makeQualified(path).toString();
    }

    /**
     * The folder, or zip file, of a data set.
     *
     * @param uri as Hadoop's file systems take it
     * @throws IOException naming it, if it is not there
     */
    static Path of(String uri, Configuration configuration) throws IOException {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(uri);
        FileSystem system = path.getFileSystem(configuration);
        if (system.getUri().getScheme().equals("file")) {
            return Path.of(path.toUri().getPath()).toAbsolutePath();
        }
        synchronized (COPIES) {
            Path copy = COPIES.get(uri);
            // A session takes its copies along when it ends.
            if (copy == null || !Files.exists(copy)) {
                if (!system.exists(path)) {
                    throw new IOException("There is no data set " + uri);
                }
                Path folder = Files.createTempDirectory(Path.of(SparkFiles.getRootDirectory()), "retort-data");
                copy = folder.resolve(path.getName());
                system.copyToLocalFile(false, path, new org.apache.hadoop.fs.Path(copy.toUri()), true);
                COPIES.put(uri, copy);
            }
            return copy;
        }
    }
}
