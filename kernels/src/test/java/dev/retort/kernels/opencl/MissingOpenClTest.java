package dev.retort.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.BackendProvider.Usability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is said where OpenCL, or a driver for it, is missing: in a process of its own, because it is looked for once. */
@EnabledOnOs(OS.LINUX)
class MissingOpenClTest {
    @TempDir
    Path folder;

    /** Says what it finds. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) {
            Usability usability = new OpenClProvider().usability();
            System.out.println(usability.usable() + ": " + usability.reason());
        }
    }

    private static String probe(String variable, Path value) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Probe.class.getName()));
        builder.environment().put(variable, value.toString());
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void withoutALoaderThePackageIsNamed() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("libOpenCL.so.1"), "no library");
        assertThat(probe("LD_LIBRARY_PATH", folder))
                .contains("false: OpenCL's library does not load")
                .contains("ocl-icd-libopencl1");
    }

    @Test
    void withoutADriverThePackageIsNamed() throws IOException, InterruptedException {
        OpenCl.device().close();
        assertThat(probe("OCL_ICD_VENDORS", folder))
                .contains("false: no OpenCL device")
                .contains("pocl-opencl-icd");
    }
}
