package dev.retort.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.JavaProcess;
import dev.retort.kernels.device.CacheFolder;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled kernels in a folder that several processes share: each computes rightly, and what they leave is whole. */
class SharedCacheTest {
    private static final String READY = "ready";
    private static final String RESULT = "[11.0, 22.0] [19.0, 22.0, 43.0, 50.0]";

    @TempDir
    Path folder;

    /** Opens a device, waits for a word, and prints a sum of vectors and a product of matrices. */
    static final class Computing {
        private Computing() {}

        public static void main(String[] arguments) throws IOException {
            try (Backend backend = new OpenClProvider().create();
                    Scope scope = Scope.open()) {
                System.out.println(READY);
                System.in.read();
                Tensor sum = backend.tensor(new float[] {1, 2}, 2).add(backend.tensor(new float[] {10, 20}, 2));
                Tensor product = backend.tensor(new float[] {1, 2, 3, 4}, 2, 2)
                        .matmul(backend.tensor(new float[] {5, 6, 7, 8}, 2, 2));
                System.out.println(Arrays.toString(sum.toFloats()) + " " + Arrays.toString(product.toFloats()));
            }
        }
    }

    /** Lets as many processes begin at once when all have opened the device. */
    private void compute(int processes) throws IOException, InterruptedException {
        ProcessBuilder builder = JavaProcess.of(Computing.class, "-D" + CacheFolder.PROPERTY + "=" + folder)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        List<Process> running = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            running.add(builder.start());
        }
        for (Process process : running) {
            for (char expected : (READY + System.lineSeparator()).toCharArray()) {
                assertThat((char) process.getInputStream().read()).isEqualTo(expected);
            }
        }
        for (Process process : running) {
            process.getOutputStream().close();
        }
        for (Process process : running) {
            assertThat(JavaProcess.output(process).strip()).isEqualTo(RESULT);
        }
    }

    /** Every file with what changes if it is written again: what the file system calls it, and when. */
    private Map<Path, Object> files() throws IOException {
        Map<Path, Object> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder.resolve("opencl"))) {
            for (Path file : all.toList()) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                files.put(file, Arrays.asList(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size()));
            }
        }
        return files;
    }

    @Test
    void processesThatBuildAtOnceLeaveWholeFilesThatTheNextOneUses() throws Exception {
        OpenCl.device().close();
        compute(2);
        Map<Path, Object> built = files();
        // Programs of sums, of products and perhaps of what these need.
        assertThat(built).hasSizeGreaterThanOrEqualTo(2);
        for (Path file : built.keySet()) {
            assertThat(file.getFileName().toString()).endsWith(".bin");
            byte[] content = Files.readAllBytes(file);
            byte[] binary = Arrays.copyOfRange(content, 32, content.length);
            assertThat(binary).isNotEmpty();
            assertThat(MessageDigest.getInstance("SHA-256").digest(binary)).isEqualTo(Arrays.copyOf(content, 32));
        }
        compute(1);
        assertThat(files()).isEqualTo(built);
    }
}
