package dev.retort.kernels.cuda;

import dev.retort.kernels.natives.BindingLibrary;
import dev.retort.kernels.natives.Loader;
import java.io.IOException;
import java.util.Locale;
import jcuda.JCudaVersion;
import jcuda.LibUtils;

/** What of JCuda is on the class path, and its native libraries. */
final class JCudaLibraries {
    static final String VERSION = "12.6.0";

    private JCudaLibraries() {}

    /** Why JCuda need not be tried here, and what to do; null if it may serve. No class of JCuda is loaded for that. */
    static String missing() {
        String processor = System.getProperty("os.arch");
        if (!linux() && !system().startsWith("windows") || !processor.equals("amd64") && !processor.equals("x86_64")) {
            return "JCuda has no library for this system: it is there for Linux and Windows on x86-64";
        }
        if (!BindingLibrary.onClassPath("jcuda/driver/JCudaDriver.class")) {
            return "JCuda is not on the class path: add org.jcuda:jcuda:" + VERSION + " and org.jcuda:jcublas:"
                    + VERSION;
        }
        return Loader.ofThisMachine().find(driver()).isEmpty() ? noDriver() : null;
    }

    static String noDriver() {
        return "no NVIDIA driver (" + driver() + " does not load): " + CudaDriver.INSTALL;
    }

    private static String driver() {
        return linux() ? "libcuda.so.1" : "nvcuda.dll";
    }

    static boolean linux() {
        return system().startsWith("linux");
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT);
    }

    /**
     * The library of a class of JCuda: {@code libJCublas2-12.6.0-linux-x86_64.so} for JCublas2.
     *
     * @throws IOException if it is not on the class path, with what to add
     */
    static BindingLibrary of(String name) throws IOException {
        String platform = LibUtils.createPlatformLibraryName(name + "-" + JCudaVersion.get());
        String artifact = (name.startsWith("JCublas") ? "jcublas" : "jcuda") + "-natives";
        return BindingLibrary.onClassPath(
                LibUtils.createLibraryFileName(platform),
                "add org.jcuda:" + artifact + ":" + VERSION + " with the classifier of this system, "
                        + (linux() ? "linux" : "windows") + "-x86_64");
    }
}
