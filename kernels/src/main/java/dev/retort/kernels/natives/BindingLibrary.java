package dev.retort.kernels.natives;

import dev.retort.kernels.device.CacheFolder;
import dev.retort.tensor.io.AtomicFile;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;

/**
 * The native library of a Java binding (JOCL, JCuda), and the one way in which it is loaded. Left to themselves the bindings write it to
 * a fixed name in {@code java.io.tmpdir}, which anybody can write, and load whatever lies there. Here it is kept in the folder
 * {@code natives} of {@link CacheFolder}, below a folder that its SHA-256 names, or, where that cannot be kept private or written, in a
 * fresh temporary folder that goes as soon as it is loaded. It is read and compared before each load and written again, whole, if it
 * differs. Then {@code java.io.tmpdir} points at it while the binding's class is initialized: the binding finds its file and writes none.
 *
 * <p>What {@code java.library.path} has under that name comes first, as for every library.
 *
 * @param fileName as the binding asks for it: {@code libJOCL_2_0_6-linux-x86_64.so}
 * @param content the file
 */
public record BindingLibrary(String fileName, byte[] content) {
    private static final System.Logger LOG = System.getLogger(BindingLibrary.class.getName());
    private static final String TEMPORARY_FOLDER = "java.io.tmpdir";
    /** Longer than any process takes to write a library. */
    private static final Duration LEFT_OVER = Duration.ofMinutes(10);

    /** Whether the class path has a file: a class is found so without being loaded. */
    public static boolean onClassPath(String name) {
        return BindingLibrary.class.getClassLoader().getResource(name) != null;
    }

    /**
     * The library of that name, which bindings have in the folder {@code lib} of their jars.
     *
     * @param remedy what to do where there is none
     * @throws IOException if there is none
     */
    public static BindingLibrary onClassPath(String fileName, String remedy) throws IOException {
        try (InputStream in = BindingLibrary.class.getClassLoader().getResourceAsStream("lib/" + fileName)) {
            if (in == null) {
                throw new IOException(fileName + " is not on the class path: " + remedy);
            }
            return new BindingLibrary(fileName, in.readAllBytes());
        }
    }

    /**
     * Runs what initializes the binding's class, with this library to load.
     *
     * @throws IOException if there is no folder for it; the message says why and what to do
     */
    public void load(Runnable initialization) throws IOException {
        load(CacheFolder.of("natives"), initialization);
    }

    void load(Path cache, Runnable initialization) throws IOException {
        Path kept;
        try {
            kept = keepBelow(cache);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.INFO, "{0} is not kept: {1}", fileName, reason(e));
            loadFrom(fresh(e), initialization);
            return;
        }
        initialize(kept, initialization);
    }

    /** The folder below another in which the library lies then. */
    Path keepBelow(Path cache) throws IOException {
        PrivateFolder.make(cache);
        return keep(cache.resolve(hash()));
    }

    private Path keep(Path folder) throws IOException {
        PrivateFolder.make(folder);
        removeLeftOvers(folder);
        Path file = folder.resolve(fileName);
        if (!isWhole(file)) {
            AtomicFile.writeBytes(file, content);
        }
        return folder;
    }

    private boolean isWhole(Path file) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && MessageDigest.isEqual(Files.readAllBytes(file), content);
    }

    /** What processes that were killed have not renamed. */
    private static void removeLeftOvers(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.tmp")) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file)
                        .toInstant()
                        .isBefore(Instant.now().minus(LEFT_OVER))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private Path fresh(IOException why) throws IOException {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("retort-natives");
            return keep(folder);
        } catch (IOException e) {
            if (folder != null) {
                remove(folder);
            }
            e.addSuppressed(why);
            throw new IOException(
                    fileName + " cannot be kept in the cache (" + reason(why) + ") nor in the temporary folder ("
                            + reason(e) + "): make room there, or name another folder with -D" + CacheFolder.PROPERTY
                            + "=DIR",
                    e);
        }
    }

    private void loadFrom(Path fresh, Runnable initialization) {
        try {
            initialize(fresh, initialization);
        } finally {
            remove(fresh);
        }
    }

    /** A loaded library needs no name any more, but on Windows, where the folder stays. */
    private void remove(Path folder) {
        try {
            Files.deleteIfExists(folder.resolve(fileName));
            Files.delete(folder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} stays: {1}", folder, reason(e));
        }
    }

    private static String reason(IOException e) {
        return e.getClass() == IOException.class
                ? e.getMessage()
                : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private String hash() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Runs what initializes a binding's class while temporary files of the binding go to a folder; one binding at a time. */
    static synchronized void initialize(Path folder, Runnable initialization) {
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
            // A folder that is full has the library already, and the property was read all the same.
        }
    }
}
