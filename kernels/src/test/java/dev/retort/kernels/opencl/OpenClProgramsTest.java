package dev.retort.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jocl.CL;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled kernels in a folder: kept, found again, and built again where the file is no good. */
class OpenClProgramsTest {
    private static final String SOURCE = "__kernel void one(__global int* x) { x[get_global_id(0)] = 1; }";

    @TempDir
    Path folder;

    private cl_context context;
    private cl_device_id device;

    @BeforeEach
    void open() {
        OpenCl.device().close();
        OpenClPlatforms.Found found = OpenClPlatforms.probe().choose("");
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL.CL_CONTEXT_PLATFORM, found.platform());
        device = found.id();
        context = CL.clCreateContext(properties, 1, new cl_device_id[] {device}, null, null, null);
    }

    @AfterEach
    void close() {
        if (context != null) {
            CL.clReleaseContext(context);
        }
    }

    private void build() {
        OpenClPrograms programs = new OpenClPrograms(context, device, "a device", folder);
        var program = programs.program("one", SOURCE, "");
        CL.clReleaseKernel(CL.clCreateKernel(program, "one", null));
        CL.clReleaseProgram(program);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void aFileThatIsNoGoodIsBuiltAgain() throws Exception {
        build();
        assertThat(files()).hasSize(1);
        Path file = files().get(0);
        byte[] good = Files.readAllBytes(file);
        byte[] flipped = good.clone();
        flipped[good.length / 2] ^= 1;
        byte[] stale = "not a program of this driver".getBytes();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(stale);
        byte[] refused = Arrays.copyOf(hash, hash.length + stale.length);
        System.arraycopy(stale, 0, refused, hash.length, stale.length);
        for (byte[] bad :
                new byte[][] {{}, Arrays.copyOf(good, 20), Arrays.copyOf(good, good.length - 1), flipped, refused}) {
            Files.write(file, bad);
            build();
            byte[] rebuilt = Files.readAllBytes(file);
            assertThat(rebuilt).isNotEqualTo(bad);
            byte[] content = Arrays.copyOfRange(rebuilt, 32, rebuilt.length);
            assertThat(MessageDigest.getInstance("SHA-256").digest(content)).isEqualTo(Arrays.copyOf(rebuilt, 32));
        }
        assertThat(files()).hasSize(1);
    }

    @Test
    void severalMayShareTheFolder() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            Callable<Void> job = () -> {
                build();
                return null;
            };
            for (Future<Void> done : pool.invokeAll(List.of(job, job, job, job))) {
                done.get();
            }
        } finally {
            pool.shutdown();
        }
        assertThat(files()).hasSize(1);
        build();
    }

    @Test
    void aFolderThatCannotBeWrittenCostsTimeOnly() throws IOException {
        Path file = Files.writeString(folder.resolve("a file"), "");
        OpenClPrograms programs = new OpenClPrograms(context, device, "a device", file.resolve("below"));
        CL.clReleaseProgram(programs.program("one", SOURCE, ""));
        assertThat(Files.readString(file)).isEmpty();
    }

    @Test
    void aKernelThatDoesNotBuildIsShownWithTheCompilersWords() throws IOException {
        OpenClPrograms programs = new OpenClPrograms(context, device, "a device", folder);
        assertThatThrownBy(() -> programs.program("broken", "__kernel void broken() { undeclared = 1; }", "-DT=float"))
                .isInstanceOf(OpenClException.class)
                .hasMessageContaining("The kernels of broken do not build for a device with -DT=float")
                .hasMessageContaining("undeclared");
        assertThat(files()).isEmpty();
    }
}
