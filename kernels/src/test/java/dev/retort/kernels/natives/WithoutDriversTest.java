package dev.retort.kernels.natives;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.JavaProcess;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Backends;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import jcuda.JCudaVersion;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The automatic choice where there is no GPU, or no binding: quiet, and with no class of a binding loaded. */
@Execution(ExecutionMode.CONCURRENT)
@EnabledOnOs(OS.LINUX)
class WithoutDriversTest {
    private static final String ADD_JOCL = "JOCL is not on the class path: add org.jocl:jocl:2.0.6";
    private static final String ADD_JCUDA = "JCuda is not on the class path: add org.jcuda:jcuda:" + JCudaVersion.get()
            + " and org.jcuda:jcublas:" + JCudaVersion.get();

    /** Makes what the automatic choice makes. */
    static final class Automatic {
        private Automatic() {}

        public static void main(String[] args) {
            try (Backend backend = Backends.create("auto")) {
                System.out.println("automatic: "
                        + backend.tensor(new float[] {1, 2}, 2).sum().item());
            }
        }
    }

    /** Says what every provider says. */
    static final class Devices {
        private Devices() {}

        public static void main(String[] args) {
            for (BackendProvider provider : Backends.providers()) {
                System.out.println(provider.name() + ": " + provider.usability().reason());
            }
        }
    }

    /** Makes each backend by its name, and says why where that fails. */
    static final class Named {
        private Named() {}

        public static void main(String[] args) {
            for (String name : new String[] {"reference", "simd", "opencl", "opencl:0", "cuda", "cuda/tf32"}) {
                try (Backend backend = Backends.create(name)) {
                    System.out.println(name + " computes "
                            + backend.tensor(new float[] {1, 2}, 2).sum().item());
                } catch (IllegalStateException e) {
                    System.out.println(name + " refuses: " + e.getMessage());
                }
            }
        }
    }

    private static void requireNoGpu() {
        boolean driver = !Loader.ofThisMachine().find("libcuda.so.1").isEmpty();
        boolean gpu =
                Stream.of("/dev/dri", "/dev/kfd", "/dev/nvidiactl", "/dev/dxg").anyMatch(f -> new File(f).exists());
        if (driver || gpu) {
            String reason = "this host has a GPU or NVIDIA's driver";
            System.out.println("Skipped: " + reason);
            Assumptions.abort(reason);
        }
    }

    /** As a user's program starts that knows that it computes in plain Java: with no option but that and the memory's. */
    private static ProcessBuilder plain(Class<?> main, String... options) {
        ProcessBuilder builder = JavaProcess.of(main, options).redirectErrorStream(true);
        int vectors = builder.command().indexOf("--add-modules=jdk.incubator.vector");
        builder.command().set(vectors, "-Dretort.simd.vector=false");
        builder.environment().keySet().removeAll(List.of("LD_LIBRARY_PATH", "LD_PRELOAD"));
        return builder;
    }

    @Test
    @Tag("smoke")
    void nothingIsPrinted() throws IOException, InterruptedException {
        requireNoGpu();
        assertThat(JavaProcess.output(plain(Automatic.class, "-Xmx256m").start()))
                .isEqualTo("automatic: 3.0\n");
    }

    @Test
    void noClassOfABindingIsLoaded() throws IOException, InterruptedException {
        requireNoGpu();
        assertThat(JavaProcess.output(plain(Automatic.class, "-Xlog:class+load").start()))
                .contains("automatic: 3.0", "dev.retort.kernels.cuda.CudaProvider")
                .doesNotContain(" jcuda.", " org.jocl.");
    }

    /** What a program prints whose class path lacks the jars of the bindings. */
    private static String withoutBindings(Class<?> program) throws IOException, InterruptedException {
        ProcessBuilder builder = JavaProcess.without(plain(program, "-Xmx256m"), "jcuda", "jcublas", "jocl");
        return JavaProcess.output(builder.start());
    }

    @Test
    void withoutTheBindingsTheAutomaticChoiceIsSilent() throws IOException, InterruptedException {
        assertThat(withoutBindings(Automatic.class)).isEqualTo("automatic: 3.0\n");
    }

    @Test
    void withoutTheBindingsEveryProviderSaysWhatToAdd() throws IOException, InterruptedException {
        assertThat(withoutBindings(Devices.class))
                .contains("cuda: " + ADD_JCUDA)
                .contains("opencl: " + ADD_JOCL);
    }

    @Test
    void withoutTheBindingsABackendByNameComputesOrSaysWhatToAdd() throws IOException, InterruptedException {
        assertThat(withoutBindings(Named.class).lines())
                .containsExactly(
                        "reference computes 3.0",
                        "simd computes 3.0",
                        "opencl refuses: Backend 'opencl' cannot be used here: " + ADD_JOCL,
                        "opencl:0 refuses: Backend 'opencl' cannot be used here: " + ADD_JOCL,
                        "cuda refuses: Backend 'cuda' cannot be used here: " + ADD_JCUDA,
                        "cuda/tf32 refuses: Backend 'cuda' cannot be used here: " + ADD_JCUDA);
    }
}
