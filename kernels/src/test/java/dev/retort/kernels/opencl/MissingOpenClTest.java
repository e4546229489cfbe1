package dev.retort.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.JavaProcess;
import dev.retort.kernels.natives.Loader;
import dev.retort.tensor.BackendProvider.Usability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
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
        ProcessBuilder builder = JavaProcess.of(Probe.class);
        builder.environment().remove("POCL_CACHE_DIR");
        builder.environment().remove("XDG_CACHE_HOME");
        builder.environment().put(variable, value.toString());
        return JavaProcess.output(builder.redirectErrorStream(true).start());
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

    @Test
    void aPlatformWithoutDevicesIsNamed() throws IOException, InterruptedException {
        OpenCl.device().close();
        Assumptions.assumeTrue(
                OpenClPlatforms.probe().devices().stream()
                        .allMatch(device -> device.platformName().equals(OpenClPlatforms.POCL)),
                "there is another driver than PoCL");
        assertThat(probe("HOME", Path.of("/proc/1/nope")))
                .contains("false: no OpenCL device: PoCL is here and has none")
                .contains("POCL_CACHE_DIR");
    }

    /** JOCL is not asked: its own library would print a line. */
    @Test
    void withoutALoaderJoclIsNotTried() {
        assertThat(JoclLibrary.missing(new Loader(List.of(folder), "")))
                .startsWith("OpenCL's library does not load (libOpenCL.so.1 is not there)")
                .contains("ocl-icd-libopencl1");
    }
}
