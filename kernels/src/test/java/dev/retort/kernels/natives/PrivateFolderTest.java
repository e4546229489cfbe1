package dev.retort.kernels.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which folders are taken for private. */
@DisabledOnOs(OS.WINDOWS)
class PrivateFolderTest {
    @TempDir
    Path root;

    private Path folder;

    @BeforeEach
    void name() {
        folder = root.resolve("above/natives");
    }

    private static void mode(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void itIsMadeForItsOwnerAlone() throws IOException {
        PrivateFolder.make(folder);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        PrivateFolder.make(folder);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void oneThatOthersCanWriteIsRefused() throws IOException {
        PrivateFolder.make(folder);
        for (String permissions : new String[] {"rwxrwx---", "rwx----w-"}) {
            mode(folder, permissions);
            assertThatThrownBy(() -> PrivateFolder.make(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessage(folder + " can be written by other users: chmod 700 " + folder);
        }
        // Who only reads changes nothing.
        mode(folder, "rwxr-xr-x");
        PrivateFolder.make(folder);
    }

    @Test
    void oneInAFolderThatOthersCanWriteIsRefusedUnlessOnlyOwnersRenameThere() throws IOException, InterruptedException {
        PrivateFolder.make(folder);
        Path above = folder.getParent();
        mode(above, "rwxrwxrwx");
        assertThatThrownBy(() -> PrivateFolder.make(folder))
                .hasMessage("other users can write " + above.toRealPath() + " and so exchange " + folder
                        + ": chmod go-w " + above.toRealPath());
        // As /tmp is; Java does not set this bit.
        assertThat(new ProcessBuilder("chmod", "1777", above.toString()).start().waitFor())
                .isZero();
        PrivateFolder.make(folder);
        // What a user's own group may write: the rule of pam_umask for groups that have their user's name.
        mode(above, "rwxrwxr-x");
        PosixFileAttributes known = Files.readAttributes(above, PosixFileAttributes.class);
        if (known.owner().getName().equals(known.group().getName())) {
            PrivateFolder.make(folder);
        } else {
            assertThatThrownBy(() -> PrivateFolder.make(folder)).hasMessageContaining("chmod go-w");
        }
    }

    @Test
    void aLinkOrAFileIsRefused() throws IOException {
        Files.createDirectories(folder.getParent());
        Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        Files.createSymbolicLink(folder, elsewhere);
        assertThatThrownBy(() -> PrivateFolder.make(folder)).hasMessage(folder + " is a link: move it away");
        Files.delete(folder);
        Files.writeString(folder, "");
        assertThatThrownBy(() -> PrivateFolder.make(folder)).hasMessage(folder + " is no folder: move it away");
    }

    @Test
    void oneOfAnotherUserIsRefused() throws IOException {
        PrivateFolder.make(folder);
        int user = (Integer) Files.getAttribute(folder, "unix:uid");
        int other = user + 12345;
        try {
            Files.setAttribute(folder, "unix:uid", other);
        } catch (IOException e) {
            String reason = "only root can give a folder to another user: " + e.getMessage();
            System.out.println("Skipped: " + reason);
            Assumptions.abort(reason);
        }
        assertThatThrownBy(() -> PrivateFolder.make(folder))
                .hasMessage(
                        folder + " belongs to user " + other + ", not to " + user + ", who runs this: move it away");
        Files.setAttribute(folder, "unix:uid", user);
        Files.setAttribute(folder.getParent(), "unix:uid", other);
        assertThatThrownBy(() -> PrivateFolder.make(folder))
                .hasMessage(folder.getParent().toRealPath() + ", in which " + folder + " lies, belongs to user " + other
                        + ", who could exchange it");
    }
}
