package dev.retort.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Replaces a file whole or not at all. The content goes to a temporary file beside the target, is forced to the device
 * and then renamed over the target: a full disk or a crash leaves the old file as it was.
 */
public final class AtomicFile {
    private static final String SUFFIX = ".tmp";
    /** Names of temporary files, and of nothing else. */
    private static final Pattern TEMPORARY =
            Pattern.compile("\\..+\\.\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}" + Pattern.quote(SUFFIX));

    private AtomicFile() {}

    /** Writes the content of the new file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Writes {@code target} with {@code content}. If writing fails, the temporary file is removed and {@code target},
     * if there was one, keeps its old content.
     *
     * @throws IOException if the content cannot be written or the file system cannot rename atomically
     */
    public static void write(Path target, Content content) throws IOException {
        Path absolute = target.toAbsolutePath();
        // Not Files.createTempFile: its owner-only permissions would stick to the renamed file.
        Path temporary = absolute.resolveSibling("." + absolute.getFileName() + "." + UUID.randomUUID() + SUFFIX);
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            // The folder is not forced: after a power failure it names the old file or the new one, and both are whole.
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
        } catch (Throwable failure) {
            removeAfter(failure, temporary);
            throw failure;
        }
    }

    /** Writes {@code target} with some bytes, one array after the other, as {@link #write} does. */
    public static void writeBytes(Path target, byte[]... parts) throws IOException {
        write(target, channel -> {
            for (byte[] part : parts) {
                ByteBuffer bytes = ByteBuffer.wrap(part);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        });
    }

    /** Writes {@code target} with a text in UTF-8, as {@link #write} does. */
    public static void writeString(Path target, CharSequence text) throws IOException {
        writeBytes(target, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Removes temporary files that writers who were killed have left in a folder. Nobody may be writing there.
     *
     * @throws IOException if one cannot be removed
     */
    public static void removeLeftovers(Path folder) throws IOException {
        List<Path> leftovers;
        try (Stream<Path> files = Files.list(folder)) {
            leftovers = files.filter(file ->
                            TEMPORARY.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
        for (Path leftover : leftovers) {
            Files.deleteIfExists(leftover);
        }
    }

    /**
     * What {@link #write} failed with, as an error that names the file and how much room it takes, whatever the system said.
     *
     * @param bytes of the content
     */
    public static IOException notWritten(Path file, long bytes, IOException cause) {
        String reason;
        if (cause instanceof NoSuchFileException) {
            reason = "there is no folder " + file.toAbsolutePath().getParent() + ", make it first";
        } else if (cause instanceof AccessDeniedException) {
            reason = "no permission to write in " + file.toAbsolutePath().getParent();
        } else {
            reason = cause instanceof FileSystemException system && system.getReason() != null
                    ? system.getReason()
                    : cause.getMessage();
        }
        return new IOException("Cannot write " + file + ", which takes " + bytes + " bytes: " + reason, cause);
    }

    private static void removeAfter(Throwable failure, Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException secondary) {
            failure.addSuppressed(secondary);
        }
    }
}
