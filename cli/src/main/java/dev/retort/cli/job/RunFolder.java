package dev.retort.cli.job;

import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder that one run writes, and no second one. While it is open, {@code run.lock} lies in it and names host, process and its
 * start. The lock of a process that is gone is taken over; what killed writers left is removed.
 */
public final class RunFolder implements AutoCloseable {
    /** Name of the lock. */
    public static final String LOCK = "run.lock";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Start times come from the system's clock ticks and boot time, which are read anew by every process. */
    private static final Duration SAME_START = Duration.ofSeconds(10);

    private static final Path LINUX_HOST = Path.of("/proc/sys/kernel/hostname");

    private final Path lock;
    private final String content;
    /** Holds the system's own lock, by which a process that runs in another container is seen to be there. */
    private final FileChannel channel;

    /**
     * Who writes.
     *
     * @param started of the process; empty where the system does not tell
     */
    private record Holder(String host, long pid, String started) {
        Holder {
            Objects.requireNonNull(host, "host");
            Objects.requireNonNull(started, "started");
        }

        static Holder current() {
            ProcessHandle process = ProcessHandle.current();
            return new Holder(hostName(), process.pid(), started(process));
        }

        private static String started(ProcessHandle process) {
            return process.info().startInstant().map(Instant::toString).orElse("");
        }

        /** Whether this process is known to be gone: it ran here, and its number is free or another's. */
        boolean isGone() {
            if (!host.equals(hostName())) {
                return false;
            }
            ProcessHandle process = ProcessHandle.of(pid).orElse(null);
            if (process == null || !process.isAlive()) {
                return true;
            }
            String now = started(process);
            return !now.isEmpty()
                    && !started.isEmpty()
                    && Duration.between(Instant.parse(started), Instant.parse(now))
                                    .abs()
                                    .compareTo(SAME_START)
                            > 0;
        }

        @Override
        public String toString() {
            return "process " + pid + " on " + host + (started.isEmpty() ? "" : ", started " + started);
        }
    }

    /** Another process writes the folder. */
    public static final class InUseException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        private InUseException(String message) {
            super(message);
        }
    }

    private RunFolder(Path lock, String content, FileChannel channel) {
        this.lock = lock;
        this.content = content;
        this.channel = channel;
    }

    /**
     * Makes the folder if need be and locks it.
     *
     * @throws IllegalStateException if another run writes there, naming it
     */
    public static RunFolder open(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new IllegalStateException("Cannot write into " + folder + ": it is a file, not a folder");
        }
        Files.createDirectories(folder);
        RunFolder opened = lock(folder);
        try {
            AtomicFile.removeLeftovers(folder);
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private static RunFolder lock(Path folder) throws IOException {
        Path lock = folder.resolve(LOCK);
        String content = JSON.writeValueAsString(Holder.current());
        // Written aside, then given its name: a lock is never seen without its content.
        Path made = folder.resolve("." + LOCK + "." + UUID.randomUUID() + ".tmp");
        FileChannel channel = null;
        try {
            Files.writeString(made, content, StandardOpenOption.CREATE_NEW);
            channel = FileChannel.open(made, StandardOpenOption.WRITE);
            tryLock(channel);
            while (!link(made, lock, content)) {
                takeOver(lock);
            }
            return new RunFolder(lock, content, channel);
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            throw e;
        } finally {
            Files.deleteIfExists(made);
        }
    }

    /** Gives the lock its name; false if there is one already. */
    private static boolean link(Path made, Path lock, String content) throws IOException {
        try {
            Files.createLink(lock, made);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (UnsupportedOperationException | IOException noLinks) {
            // Or whoever got the lock just now has removed this as a leftover.
            return create(lock, content);
        }
    }

    /** As {@link #link}, on file systems without hard links. */
    private static boolean create(Path lock, String content) throws IOException {
        try {
            Files.writeString(lock, content, StandardOpenOption.CREATE_NEW);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Removes the lock of a process that is gone. */
    private static void takeOver(Path lock) throws IOException {
        try {
            String found = Files.readString(lock);
            Holder holder = JSON.readValue(found, Holder.class);
            try (FileChannel theirs = FileChannel.open(lock, StandardOpenOption.WRITE)) {
                if (!tryLock(theirs) || !holder.isGone()) {
                    throw new InUseException(lock.getParent() + " is in use by another run (" + holder
                            + "): wait for its end, or choose another folder. If that process is gone, remove " + lock);
                }
                // While the system's lock is held, nobody else takes over; somebody may have done so before.
                if (Files.readString(lock).equals(found)) {
                    Files.delete(lock);
                    System.err.println("retort: " + lock.getParent() + " was left by a run that did not end (" + holder
                            + "); taken over");
                }
            }
        } catch (NoSuchFileException removedJustNow) {
            // Free by now: the caller tries again.
        } catch (JacksonException | DateTimeParseException e) {
            throw new IllegalStateException(
                    lock.getParent() + " is in use, but " + lock + " does not say by whom: remove it if nothing runs"
                            + " there any more",
                    e);
        }
    }

    /** Whether the system's lock is free, and now this channel's. A file system without locks has none that is taken. */
    private static boolean tryLock(FileChannel channel) {
        try {
            FileLock taken = channel.tryLock();
            return taken != null;
        } catch (OverlappingFileLockException thisProcess) {
            return false;
        } catch (IOException none) {
            return true;
        }
    }

    private static String hostName() {
        try {
            return Files.isReadable(LINUX_HOST)
                    ? Files.readString(LINUX_HOST, StandardCharsets.UTF_8).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** Gives the folder free. */
    @Override
    public void close() throws IOException {
        if (Files.exists(lock) && Files.readString(lock).equals(content)) {
            Files.delete(lock);
        }
        channel.close();
    }
}
