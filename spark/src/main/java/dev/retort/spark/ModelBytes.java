package dev.retort.spark;

import dev.retort.detection.Detector;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A model file in memory, to be broadcast.
 *
 * @param name where it was read
 * @param digest SHA-256 of the content
 */
record ModelBytes(String name, String digest, byte[] content) implements Serializable {
    /**
     * Reads a model file.
     *
     * @param uri as Hadoop's file systems take it
     * @throws IOException naming it, if it cannot be read
     */
    static ModelBytes read(String uri, Configuration configuration) throws IOException {
        Path path = new Path(uri);
        byte[] content;
        try (InputStream in = path.getFileSystem(configuration).open(path)) {
            content = in.readAllBytes();
        } catch (IOException e) {
            throw new IOException("The model " + uri + " cannot be read: " + e.getMessage(), e);
        }
        return new ModelBytes(uri, digest(content), content);
    }

    /**
     * The detector of this file, in evaluation mode.
     *
     * @throws UncheckedIOException naming the model, if it is none
     */
    Detector load(Backend backend) {
        try {
            java.nio.file.Path file = Files.createTempFile("retort-model", ".safetensors");
            try {
                Files.write(file, content);
                return Detector.load(file, backend);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The model " + name + " cannot be loaded on " + backend.name() + ": " + e.getMessage(), e);
        }
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
