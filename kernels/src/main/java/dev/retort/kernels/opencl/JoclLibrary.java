package dev.retort.kernels.opencl;

import dev.retort.kernels.natives.BindingLibrary;
import dev.retort.kernels.natives.Loader;
import java.io.IOException;
import java.util.Locale;
import org.jocl.LibUtils;

/** What of JOCL is on the class path, its native library, and whether there is anything for it to call. */
final class JoclLibrary {
    private static final String VERSION = "2.0.6";

    private JoclLibrary() {}

    /**
     * Why JOCL need not be tried here, and what to do; null if it may serve. No class of JOCL is loaded for that: its library prints a line
     * where it finds no OpenCL.
     */
    static String missing(Loader loader) {
        if (!BindingLibrary.onClassPath("org/jocl/CL.class")) {
            return "JOCL is not on the class path: add org.jocl:jocl:" + VERSION;
        }
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String library = system.startsWith("windows") ? "OpenCL.dll" : "libOpenCL.so.1";
        // macOS has OpenCL as a framework, and always.
        boolean there = system.startsWith("mac") || !loader.find(library).isEmpty();
        return there ? null : doesNotLoad(library + " is not there");
    }

    static String doesNotLoad(String why) {
        return "OpenCL's library does not load (" + why
                + "): install the ICD loader (Debian and Ubuntu: ocl-icd-libopencl1) and the driver of your device";
    }

    /** The library, by the name that JOCL asks for. */
    static BindingLibrary ofThisSystem() throws IOException {
        String platform = LibUtils.createPlatformLibraryName("JOCL_" + VERSION.replace('.', '_'));
        return BindingLibrary.onClassPath(
                LibUtils.createLibraryFileName(platform), "JOCL has none for this system, compute with simd");
    }
}
