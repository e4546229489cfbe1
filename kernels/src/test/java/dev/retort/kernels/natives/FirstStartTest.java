package dev.retort.kernels.natives;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.JavaProcess;
import dev.retort.kernels.device.CacheFolder;
import dev.retort.kernels.opencl.OpenClProvider;
import dev.retort.tensor.BackendProvider.Usability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jocl.CL;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The first process of a machine that loads a binding: beside others, killed, on a full disk, and where somebody laid a trap. */
@Execution(ExecutionMode.CONCURRENT)
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class FirstStartTest {
    private static final String JOCL = "libJOCL_2_0_6-linux-x86_64.so";
    private static final String LOADED = "true: ";

    @TempDir
    Path root;

    private Path temporary;
    private Path cache;

    /** Loads JOCL as the backend does. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) {
            Usability usability = new OpenClProvider().usability();
            System.out.println(usability.usable() + ": " + usability.reason());
        }
    }

    /** Loads JOCL as it loads itself. */
    static final class Unguarded {
        private Unguarded() {}

        public static void main(String[] args) {
            CL.setExceptionsEnabled(true);
        }
    }

    @BeforeEach
    void requireOpenCl() throws IOException {
        Usability usability = new OpenClProvider().usability();
        if (!usability.usable()) {
            String reason = "opencl cannot be used here: " + usability.reason();
            System.out.println("Skipped: " + reason);
            Assumptions.abort(reason);
        }
        temporary = Files.createDirectory(root.resolve("temporary"));
        cache = root.resolve("cache");
    }

    private ProcessBuilder process(Class<?> main) {
        return JavaProcess.of(
                        main, "-Xmx64m", "-Djava.io.tmpdir=" + temporary, "-D" + CacheFolder.PROPERTY + "=" + cache)
                .redirectErrorStream(true);
    }

    private String probe() throws IOException, InterruptedException {
        return JavaProcess.output(process(Probe.class).start());
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void whatLiesUnderTheBindingsNameInTheTemporaryFolderIsNotLoaded() throws IOException, InterruptedException {
        Path marker = root.resolve("marker");
        Path source = Files.writeString(
                root.resolve("trap.c"),
                "#include <stdio.h>\n__attribute__((constructor)) void trap() { fclose(fopen(\"" + marker
                        + "\", \"w\")); }\n");
        Path trap = temporary.resolve(JOCL);
        try {
            Process compiler = new ProcessBuilder("gcc", "-shared", "-fPIC", "-o", trap.toString(), source.toString())
                    .redirectErrorStream(true)
                    .start();
            JavaProcess.output(compiler);
        } catch (IOException e) {
            String reason = "no gcc here to build a trap with: " + e.getMessage();
            System.out.println("Skipped: " + reason);
            Assumptions.abort(reason);
        }
        assertThat(probe()).contains(LOADED);
        assertThat(marker).doesNotExist();
        assertThat(temporary.toFile().list()).containsExactly(JOCL);
        // The trap works: JOCL by itself runs into it.
        process(Unguarded.class).start().waitFor();
        assertThat(marker).exists();
    }

    @Test
    void whatWasCutOffIsReplaced() throws IOException, InterruptedException {
        assertThat(probe()).contains(LOADED);
        Path file = kept().get(0);
        byte[] whole = Files.readAllBytes(file);
        for (int bytes : new int[] {0, 4096, whole.length / 2}) {
            Files.write(file, Arrays.copyOf(whole, bytes));
            assertThat(probe()).contains(LOADED);
            assertThat(file).hasBinaryContent(whole);
        }
    }

    @Test
    void fourAtOnceAllStart() throws IOException, InterruptedException {
        List<Process> running = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            running.add(process(Probe.class).start());
        }
        for (Process process : running) {
            assertThat(JavaProcess.output(process)).contains(LOADED);
        }
        assertThat(kept()).hasSize(1);
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void afterOneThatWasKilledTheNextStarts() throws IOException, InterruptedException {
        for (int i = 0; i < 4; i++) {
            Process process = process(Probe.class).start();
            // Once it has begun with the folder, at whatever it is then.
            while (process.isAlive() && !Files.exists(cache.resolve("natives"))) {
                Thread.sleep(1);
            }
            Thread.sleep(i);
            process.destroyForcibly().waitFor();
            assertThat(probe()).contains(LOADED);
            assertThat(new ProcessBuilder("rm", "-r", cache.toString()).start().waitFor())
                    .isZero();
        }
    }

    @Test
    void onAFullDiskThatIsSaidAndWithRoomItStarts() throws IOException, InterruptedException {
        for (String size : new String[] {"100k", "200k"}) {
            Path disk = mount(size);
            try {
                temporary = Files.createDirectories(disk.resolve("temporary"));
                cache = disk.resolve("cache");
                assertThat(probe()).contains("false: JOCL cannot be used: ", "No space left on device", "retort.cache");
                assertThat(temporary).isEmptyDirectory();
                assertThat(command("mount", "-o", "remount,size=1m", disk.toString()))
                        .isZero();
                assertThat(probe()).contains(LOADED);
            } finally {
                command("umount", disk.toString());
            }
        }
    }

    private Path mount(String size) throws IOException, InterruptedException {
        Path disk = Files.createDirectories(root.resolve("disk"));
        if (command("mount", "-t", "tmpfs", "-o", "size=" + size + ",mode=700", "none", disk.toString()) != 0) {
            String reason = "only root can mount a small disk";
            System.out.println("Skipped: " + reason);
            Assumptions.abort(reason);
        }
        return disk;
    }

    private static int command(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            System.out.println(String.join(" ", words) + ": " + said.strip());
        }
        return status;
    }
}
