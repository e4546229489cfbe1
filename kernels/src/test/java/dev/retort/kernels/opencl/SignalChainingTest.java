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
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Kernels are compiled while other threads run into safepoints, which the JVM makes by a signal that PoCL's compiler takes. */
@Execution(ExecutionMode.CONCURRENT)
@EnabledOnOs(OS.LINUX)
class SignalChainingTest {
    private static final Path LIBRARY = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");

    @TempDir
    Path folder;

    /** Builds kernels, one after the other, beside threads that stop at safepoints without end. */
    static final class Stopping {
        private static volatile long sum;

        private Stopping() {}

        public static void main(String[] args) {
            for (int i = 0; i < 3; i++) {
                daemon(() -> {
                    long x = sum;
                    for (int j = 0; j < 1000; j++) {
                        x += x * j ^ j;
                    }
                    sum = x;
                });
            }
            daemon(Thread::getAllStackTraces);
            try (Backend backend = new OpenClProvider().create();
                    Scope scope = Scope.open()) {
                Tensor x = backend.tensor(new float[] {1, 2, 3, 4}, 2, 2);
                System.out.println("computed "
                        + x.add(x).matmul(x).exp().sum().add(x.softmax(1).sum()).item());
            }
        }

        private static void daemon(Runnable work) {
            Thread thread = new Thread(() -> {
                while (true) {
                    work.run();
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }

    @BeforeEach
    void requirePocl() {
        OpenCl.device().close();
        if (!OpenClPlatforms.probe().choose("").platformName().equals(OpenClPlatforms.POCL)) {
            Assumptions.abort("the first OpenCL device is not PoCL's");
        }
        Assumptions.assumeTrue(Files.isRegularFile(LIBRARY), "this JDK has no libjsig");
    }

    private String run(String preload) throws IOException, InterruptedException {
        ProcessBuilder builder = JavaProcess.of(Stopping.class, "-D" + CacheFolder.PROPERTY + "=" + folder);
        builder.environment().put("LD_PRELOAD", preload);
        builder.environment()
                .put(
                        "POCL_CACHE_DIR",
                        Files.createDirectory(folder.resolve("pocl")).toString());
        return JavaProcess.output(builder.redirectErrorStream(true).start());
    }

    @Test
    @Tag("long")
    void withTheLibraryKernelsAreBuiltWhateverStops() throws IOException, InterruptedException {
        assertThat(run(LIBRARY.toString())).contains("computed ").doesNotContain("LD_PRELOAD");
    }

    /** Opens a device, twice, and uploads more than its ring holds. */
    static final class Uploading {
        private Uploading() {}

        public static void main(String[] args) {
            for (int i = 0; i < 2; i++) {
                try (Backend backend = new OpenClProvider().create();
                        Scope scope = Scope.open()) {
                    backend.tensor(new float[10 << 20], 10 << 20);
                }
            }
            Thread.getAllStackTraces().keySet().forEach(thread -> System.out.println("thread " + thread.getName()));
        }
    }

    @Test
    void withoutItThatIsSaidOnce() throws IOException, InterruptedException {
        String said = upload(null);
        assertThat(said.lines().filter(line -> line.contains("LD_PRELOAD=" + LIBRARY)))
                .hasSize(1);
        assertThat(upload(LIBRARY.toString())).doesNotContain("LD_PRELOAD");
    }

    /** JOCL starts one for each copy that does not block; it may be where two signals meet. */
    @Test
    void uploadsStartNoThread() throws IOException, InterruptedException {
        assertThat(upload(LIBRARY.toString())).contains("thread main").doesNotContain("AsyncOpThread");
    }

    private static String upload(String preload) throws IOException, InterruptedException {
        ProcessBuilder builder = JavaProcess.of(Uploading.class).redirectErrorStream(true);
        builder.environment().remove("LD_PRELOAD");
        if (preload != null) {
            builder.environment().put("LD_PRELOAD", preload);
        }
        return JavaProcess.output(builder.start());
    }
}
