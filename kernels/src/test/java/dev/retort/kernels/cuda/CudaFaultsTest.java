package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.JavaProcess;
import dev.retort.kernels.device.DeviceBackend;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider.Usability;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What is missing, what a GPU cannot do, and what a user gets wrong: one clear message each. In processes of their own, above the stand-in. */
@Execution(ExecutionMode.CONCURRENT)
@EnabledOnOs(OS.LINUX)
class CudaFaultsTest {
    private static final String NOTHING_LEFT = "left behind 0 blocks, 0 pinned, 0 modules, 0 events, 0 graphs";

    @TempDir
    Path folder;

    /** Says whether a device can be used, and why not. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] devices) {
            for (String device : System.getProperty("devices").split(";", -1)) {
                Usability usability = new CudaProvider().usability(device);
                System.out.println(usability.usable() + ": " + usability.reason());
            }
        }
    }

    private static String probe(String devices, String... settings) throws IOException, InterruptedException {
        return StandInProcess.run(Probe.class, List.of(settings), "-Ddevices=" + devices);
    }

    /** Multiplies two matrices of ones. */
    static final class Product {
        private Product() {}

        public static void main(String[] arguments) {
            try (Backend backend = new CudaProvider().create("")) {
                Tensor ones = backend.full(Shape.of(8, 8), DType.F32, 1);
                System.out.println(backend.describe());
                System.out.println("sum " + ones.matmul(ones).sum().item());
            }
        }
    }

    @Test
    void withoutJcublasTheOwnKernelsServe() throws IOException, InterruptedException {
        assertThat(JavaProcess.output(
                        JavaProcess.without(StandInProcess.of(Probe.class, List.of(), "-Ddevices="), "jcublas")
                                .start()))
                .contains("true: Stand-in A")
                .contains("JCublas2 is not on the class path: add org.jcuda:jcublas:12.6.0");
        assertThat(JavaProcess.output(JavaProcess.without(StandInProcess.of(Product.class, List.of()), "jcublas")
                        .start()))
                .contains("sum 512.0")
                .doesNotContain("cuBLAS");
    }

    @Test
    void withoutADriverItIsNamed() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("libcuda.so.1"), "no library");
        ProcessBuilder builder = JavaProcess.of(Probe.class, "-Ddevices=");
        builder.environment().put("LD_LIBRARY_PATH", folder.toString());
        assertThat(JavaProcess.output(builder.start()))
                .contains("false: no NVIDIA driver (libcuda.so.1 does not load)")
                .contains("nvidia-driver")
                .contains("container");
    }

    @Test
    void withoutAGpuThatIsSaid() throws IOException, InterruptedException {
        assertThat(probe("", "STAND_IN_DEVICES=0"))
                .contains("false: the NVIDIA driver finds no GPU")
                .contains("CUDA_VISIBLE_DEVICES");
    }

    @Test
    void aGpuThatIsTooOldIsRefused() throws IOException, InterruptedException {
        assertThat(probe("", "STAND_IN_CAPABILITY=75"))
                .contains("false: Stand-in A (compute capability 7.5")
                .contains("compute capability 8.0 (Ampere, 2020) or later");
    }

    @Test
    void aDriverThatIsTooOldIsRefused() throws IOException, InterruptedException {
        assertThat(probe("", "STAND_IN_VERSION=11070"))
                .contains("false: the NVIDIA driver serves CUDA 11.7, and Retort's kernels need 11.8: install");
    }

    @Test
    void cublasThatDoesNotStartIsLeftOut() throws IOException, InterruptedException {
        assertThat(StandInProcess.run(Full.class, List.of(SMALL, "STAND_IN_CUBLAS=1")))
                .contains("does not start on Stand-in A")
                .contains("CUBLAS_STATUS_NOT_INITIALIZED")
                .contains("sum 9437184.0")
                .doesNotContain("matrix products by cuBLAS")
                .contains(NOTHING_LEFT);
    }

    @Test
    void aGpuIsChosenByNumberOrName() throws IOException, InterruptedException {
        String said = probe("1;stand-in b;IN B/tf32;7;/tf16;in a/BF16", "STAND_IN_DEVICES=2", "STAND_IN_CAPABILITY=90");
        assertThat(said.lines().filter(line -> line.startsWith("true") || line.startsWith("false")))
                .satisfiesExactly(
                        number -> assertThat(number)
                                .startsWith("true: Stand-in B (compute capability 9.0")
                                .contains("driver for CUDA 12.6")
                                .contains("matrix products: cuBLAS 12.6.3 from ")
                                .contains("devices: 0 Stand-in A"),
                        name -> assertThat(name).startsWith("true: Stand-in B"),
                        mode -> assertThat(mode).startsWith("true: Stand-in B"),
                        absent -> assertThat(absent)
                                .startsWith("false: There is no cuda device '7'; there are 0 Stand-in A")
                                .contains("1 Stand-in B"),
                        unknown -> assertThat(unknown)
                                .startsWith("false: CUDA does not compute in 'tf16': write cuda (float32), cuda/tf32"),
                        other -> assertThat(other).startsWith("true: Stand-in A"));
    }

    /** Room for tensors of 64 MiB, and for what cuBLAS works with. */
    private static final String SMALL = "STAND_IN_MEMORY=" + (96 << 20);

    /** Fills such a GPU, and goes on. */
    static final class Full {
        private Full() {}

        public static void main(String[] arguments) {
            try (Backend backend = Backends.create("cuda/tf32");
                    Scope scope = Scope.open()) {
                System.out.println(backend.describe());
                Tensor first = backend.full(Shape.of(9 << 20), DType.F32, 1);
                try {
                    backend.full(Shape.of(9 << 20), DType.F32, 1);
                } catch (IllegalStateException full) {
                    System.out.println(full.getMessage());
                }
                System.out.println("sum " + first.sum().item());
                first.close();
                System.out.println("sum "
                        + backend.full(Shape.of(10 << 20), DType.F32, 1).sum().item());
                throw new IllegalArgumentException("a step that fails");
            } catch (IllegalArgumentException failed) {
                System.out.println(failed.getMessage());
            }
        }
    }

    @Test
    void aFullGpuSaysHowFullAndWorksOn() throws IOException, InterruptedException {
        for (String pools : new String[] {"STAND_IN_POOLS=1", "STAND_IN_POOLS=0"}) {
            String said = StandInProcess.run(Full.class, List.of(SMALL, pools));
            assertThat(said)
                    .contains("products of float32 in TF32, matrix products by cuBLAS")
                    .contains("bytes on Stand-in A")
                    .contains("37748736 bytes are live")
                    .contains("smaller batch")
                    .contains("sum 9437184.0")
                    .contains("sum 1.048576E7")
                    .contains("a step that fails")
                    .contains(NOTHING_LEFT);
        }
    }

    /** Uploads more than the ring holds, over grids that have to be folded, with a profile. */
    static final class Large {
        private Large() {}

        public static void main(String[] arguments) {
            int rows = 140_000;
            int columns = 33;
            try (DeviceBackend backend = (DeviceBackend) Backends.create("cuda");
                    Scope scope = Scope.open()) {
                backend.startProfile();
                float[] x = new float[rows * columns];
                float[] factors = new float[rows];
                for (int i = 0; i < x.length; i++) {
                    x[i] = i % 1013;
                    factors[i / columns] = i / columns % 7;
                }
                Tensor[] all = new Tensor[3];
                for (int i = 0; i < all.length; i++) {
                    // The array changes as soon as it was handed over.
                    all[i] = backend.upload(x, Shape.of(rows, columns), DType.F32);
                    for (int j = 0; j < x.length; j++) {
                        x[j] += 1;
                    }
                }
                Tensor byRow = backend.upload(factors, Shape.of(rows, 1), DType.F32);
                for (int i = 0; i < all.length; i++) {
                    float[] products = all[i].mul(byRow).toFloats();
                    for (int j = 0; j < products.length; j++) {
                        float expected = (j % 1013 + i) * (j / columns % 7);
                        if (products[j] != expected) {
                            throw new AssertionError(i + ", " + j + ": " + products[j] + " in place of " + expected);
                        }
                    }
                }
                backend.matmul(all[0].narrow(0, 40), all[1].narrow(0, 40), false, true)
                        .close();
                backend.profile()
                        .forEach(time -> System.out.println(time.kernel() + " x " + time.calls() + " " + time.bytes()));
            }
        }
    }

    @Test
    void uploadsAreSafeAndLongGridsFolded() throws IOException, InterruptedException {
        assertThat(StandInProcess.run(Large.class, List.of()))
                .contains("binary_MUL F32 x 3 ")
                .contains("library_gemm F32 x 1 ")
                .contains(NOTHING_LEFT);
    }
}
