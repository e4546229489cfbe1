package dev.retort.kernels.cuda;

import dev.retort.tensor.io.AtomicFile;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import jcuda.JCudaVersion;
import jcuda.LibUtils;

/**
 * Lets a class of JCuda load a copy of its native library that needs another version of a library of CUDA. JCuda loads what
 * {@code java.library.path} has, which is fixed when the JVM starts, else the file of its name in {@code java.io.tmpdir}, as it is if it is
 * there. So the copy lies in a folder of Retort's under that name, and the property points there while the class is initialised.
 */
final class RewrittenNatives {
    private static final String TEMPORARY_FOLDER = "java.io.tmpdir";

    private RewrittenNatives() {}

    /** The library of a class of JCuda in its jar, or null if there is none for this platform. */
    static byte[] original(String name) throws IOException {
        try (InputStream in = LibUtils.class.getResourceAsStream("/lib/" + fileName(name))) {
            return in == null ? null : in.readAllBytes();
        }
    }

    /** The name of its file, as JCuda makes it: {@code libJCublas2-12.6.0-linux-x86_64.so}. */
    static String fileName(String name) {
        return LibUtils.createLibraryFileName(LibUtils.createPlatformLibraryName(name + "-" + JCudaVersion.get()));
    }

    /**
     * Writes a library into a folder, unless it is there and the same.
     *
     * @throws IOException if it cannot be written
     */
    static Path keep(byte[] library, Path file) throws IOException {
        if (!Files.isRegularFile(file) || !Arrays.equals(Files.readAllBytes(file), library)) {
            Files.createDirectories(file.getParent());
            AtomicFile.writeBytes(file, library);
        }
        return file;
    }

    /** Runs what initialises a class of JCuda, with its library in a folder. */
    static void initialize(Path folder, Runnable initialization) {
        rememberTemporaryFolder(folder);
        String before = System.setProperty(TEMPORARY_FOLDER, folder.toString());
        try {
            initialization.run();
        } finally {
            if (before == null) {
                System.clearProperty(TEMPORARY_FOLDER);
            } else {
                System.setProperty(TEMPORARY_FOLDER, before);
            }
        }
    }

    /** The JDK reads the property at the first temporary file: here, so that another thread's is not made in our folder for ever. */
    private static void rememberTemporaryFolder(Path folder) {
        try {
            Files.delete(Files.createTempFile(folder, "", null));
            Files.delete(File.createTempFile("retort", null, folder.toFile()).toPath());
        } catch (IOException e) {
            // A folder that cannot be written has the library already, and the property was read all the same.
        }
    }
}
