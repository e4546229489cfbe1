package dev.retort.kernels.natives;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/**
 * Folders in which nobody but this user (and root) can put or exchange a file: what is loaded from there runs as this user. Where the file
 * system has no owners and permissions as POSIX has, as on Windows, a folder is taken as it is: the user's profile, in which the cache and
 * the temporary folder lie there, is closed to others by the system.
 */
final class PrivateFolder {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Path PROCESS = Path.of("/proc/self/status");
    private static final int ROOT = 0;
    /** Linux shows it for owners that a namespace of users does not know: in a container of an ordinary user root is one. */
    private static final int UNKNOWN = 65534;
    /** Bits of a file's mode (POSIX, sys/stat.h); the last: only owners may rename and delete what is in it. */
    private static final int GROUP_WRITES = 0020;

    private static final int OTHERS_WRITE = 0002;
    private static final int STICKY = 01000;

    private PrivateFolder() {}

    /**
     * A folder for this user alone, made if it is not there.
     *
     * @throws IOException if it cannot be made or written, or if another user could change what is in it; the message says which and what
     *     to do
     */
    static void make(Path folder) throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            Files.createDirectories(folder);
            return;
        }
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            try {
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } catch (FileAlreadyExistsException e) {
                // Another process was faster; what it made is looked at below.
            }
        }
        check(folder);
    }

    private static void check(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(
                    folder + " is " + (Files.isSymbolicLink(folder) ? "a link" : "no folder") + ": move it away");
        }
        int user = user(folder);
        Mode mode = Mode.of(folder);
        if (mode.owner != user) {
            throw new IOException(
                    folder + " belongs to user " + mode.owner + ", not to " + user + ", who runs this: move it away");
        }
        if (mode.has(GROUP_WRITES) || mode.has(OTHERS_WRITE)) {
            throw new IOException(folder + " can be written by other users: chmod 700 " + folder);
        }
        Path parent = folder.toRealPath().getParent();
        for (; parent != null; parent = parent.getParent()) {
            checkAbove(parent, folder, user);
        }
    }

    /** Who may rename in a folder above can put another in this one's place. */
    private static void checkAbove(Path parent, Path folder, int user) throws IOException {
        Mode mode = Mode.of(parent);
        if (mode.owner != user && mode.owner != ROOT && mode.owner != UNKNOWN) {
            throw new IOException(parent + ", in which " + folder + " lies, belongs to user " + mode.owner
                    + ", who could exchange it");
        }
        boolean others = mode.has(OTHERS_WRITE) || mode.has(GROUP_WRITES) && !hasGroupOfOwner(parent);
        if (others && !mode.has(STICKY)) {
            throw new IOException(
                    "other users can write " + parent + " and so exchange " + folder + ": chmod go-w " + parent);
        }
    }

    /** Many systems give each user a group of the same name, with no other member, and let it write what the user makes. */
    private static boolean hasGroupOfOwner(Path folder) throws IOException {
        PosixFileAttributes known = Files.readAttributes(folder, PosixFileAttributes.class);
        return known.group().getName().equals(known.owner().getName());
    }

    /** The number of the user who runs this: what Linux tells of the process, elsewhere whose a file is that it makes. */
    private static int user(Path folder) throws IOException {
        if (Files.isReadable(PROCESS)) {
            for (String line : Files.readAllLines(PROCESS)) {
                String[] words = line.split("\\s+");
                if (words[0].equals("Uid:")) {
                    // The real one, the effective one, which files get, and two more.
                    return Integer.parseInt(words[2]);
                }
            }
        }
        Path made = Files.createTempFile(folder, "owner", null);
        try {
            return Mode.of(made).owner;
        } finally {
            Files.delete(made);
        }
    }

    /** Whose a file is, and who may do what with it. */
    private record Mode(int owner, int bits) {
        static Mode of(Path file) throws IOException {
            Map<String, Object> known = Files.readAttributes(file, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
            return new Mode((Integer) known.get("uid"), (Integer) known.get("mode"));
        }

        boolean has(int bit) {
            return (bits & bit) != 0;
        }
    }
}
