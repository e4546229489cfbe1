package dev.retort.kernels.cuda;

import dev.retort.kernels.natives.BindingLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jcuda.jcublas.JCublas2;
import jcuda.libraryPropertyType;

/**
 * cuBLAS, looked for once. JCublas2 asks for cuBLAS 12 by name; where there is only cuBLAS 13, which has all the functions that it calls, a
 * rewritten copy of its library asks for that. What went wrong first is kept, whatever follows from it: a class that failed to load once
 * fails with another error the second time.
 *
 * @param usable whether JCublas2 may be called
 * @param reason what serves, or what is missing and what to do
 * @param cause the first failure, or null
 */
record CublasLibrary(boolean usable, String reason, Throwable cause) {
    static final String VERSION_12 = "libcublas.so.12";
    static final String VERSION_13 = "libcublas.so.13";
    private static final String BINDING = "JCublas2";
    private static final String UNTIL_THEN = "; Retort's own kernels serve until then";

    private static CublasLibrary probed;

    /** What there is here, with JCublas2 loaded if it is usable; never throws. */
    static synchronized CublasLibrary probe() {
        if (probed == null) {
            probed = look();
        }
        return probed;
    }

    private static CublasLibrary look() {
        if (!BindingLibrary.onClassPath("jcuda/jcublas/JCublas2.class")) {
            return no(
                    BINDING + " is not on the class path: add org.jcuda:jcublas:" + JCudaLibraries.VERSION + UNTIL_THEN,
                    null);
        }
        try {
            BindingLibrary binding = JCudaLibraries.of(BINDING);
            return JCudaLibraries.linux() ? onLinux(LibraryFolders.ofThisMachine(), binding) : elsewhere(binding);
        } catch (Throwable e) {
            return no("cuBLAS cannot be used (" + words(e) + ")" + UNTIL_THEN, e);
        }
    }

    private static CublasLibrary onLinux(LibraryFolders folders, BindingLibrary binding) {
        List<Path> candidates = new ArrayList<>(folders.inNamed(VERSION_12));
        candidates.addAll(folders.inNamed(VERSION_13));
        candidates.addAll(folders.inUsual(VERSION_12));
        candidates.addAll(folders.inUsual(VERSION_13));
        Throwable first = null;
        for (Path library : candidates) {
            try {
                load(library);
            } catch (UnsatisfiedLinkError e) {
                // One that is broken does not stand in the way of another.
                first = first == null ? e : first;
                continue;
            }
            return library.endsWith(VERSION_12) ? direct(library, binding, first) : rewritten(library, binding, first);
        }
        return unlisted(binding, first);
    }

    /** Loads cuBLAS, and before it the library that it needs, which the loader does not always look for in the same folder. */
    private static void load(Path library) {
        Path needed = library.resolveSibling(library.getFileName().toString().replace("libcublas", "libcublasLt"));
        if (needed.toFile().isFile()) {
            System.load(needed.toString());
        }
        System.load(library.toString());
    }

    private static CublasLibrary direct(Path library, BindingLibrary binding, Throwable passedOver) {
        try {
            binding.load(JCublas2::initialize);
        } catch (Throwable e) {
            return no(library + " loads, but " + BINDING + " does not (" + words(e) + ")" + UNTIL_THEN, e);
        }
        return proven("from " + library, passedOver);
    }

    private static CublasLibrary rewritten(Path library, BindingLibrary binding, Throwable passedOver) {
        try {
            byte[] content = SharedObject.renamed(binding.content(), VERSION_12, VERSION_13);
            new BindingLibrary(binding.fileName(), content).load(JCublas2::initialize);
        } catch (Throwable e) {
            return no(
                    library + " is here, but " + BINDING + ", rewritten for it, does not load (" + words(e) + ")"
                            + UNTIL_THEN,
                    e);
        }
        return proven("from " + library + " (" + BINDING + " rewritten for it)", passedOver);
    }

    /** The loader may find cuBLAS 12 where nobody else looks. */
    private static CublasLibrary unlisted(BindingLibrary binding, Throwable first) {
        try {
            binding.load(JCublas2::initialize);
        } catch (Throwable e) {
            return first != null
                    ? no("cuBLAS does not load (" + words(first) + "): install it again" + UNTIL_THEN, first)
                    : no(
                            "no " + VERSION_12 + " or " + VERSION_13 + " in the loader's folders or /usr/local/cuda*:"
                                    + " install the CUDA toolkit's cuBLAS (Debian and Ubuntu: libcublas-13-0 or"
                                    + " libcublas-12-6 of NVIDIA's repository) or name its folder in "
                                    + LibraryFolders.VARIABLE + UNTIL_THEN,
                            e);
        }
        return proven("that the system's loader finds", first);
    }

    private static CublasLibrary elsewhere(BindingLibrary binding) {
        try {
            binding.load(JCublas2::initialize);
        } catch (Throwable e) {
            return no(
                    BINDING + " does not load (" + words(e) + "): it is there for Linux and Windows on x86-64, where it"
                            + " needs the cuBLAS of CUDA 12" + UNTIL_THEN,
                    e);
        }
        return proven("that the system's loader finds", null);
    }

    /** Asks cuBLAS for its version, which it tells without a device. */
    private static CublasLibrary proven(String where, Throwable passedOver) {
        String version;
        try {
            JCublas2.setExceptionsEnabled(true);
            version = property(libraryPropertyType.MAJOR_VERSION) + "." + property(libraryPropertyType.MINOR_VERSION)
                    + "." + property(libraryPropertyType.PATCH_LEVEL);
        } catch (Throwable e) {
            return no("cuBLAS " + where + " loads, but does not tell its version (" + words(e) + ")" + UNTIL_THEN, e);
        }
        String rest = passedOver == null ? "" : "; passed over: " + words(passedOver);
        return new CublasLibrary(true, "cuBLAS " + version + " " + where + rest, passedOver);
    }

    private static int property(int type) {
        int[] value = new int[1];
        JCublas2.cublasGetProperty(type, value);
        return value[0];
    }

    private static CublasLibrary no(String reason, Throwable cause) {
        return new CublasLibrary(false, reason, cause);
    }

    /** One line: what the loader said, which JCuda's errors hold in the last of the stack traces in their messages. */
    private static String words(Throwable e) {
        if (e instanceof IOException) {
            return e.getMessage();
        }
        String loader = UnsatisfiedLinkError.class.getSimpleName() + ": ";
        String text = e.toString().strip();
        int start = text.lastIndexOf(loader);
        return text.substring(start < 0 ? 0 : start + loader.length())
                .lines()
                .findFirst()
                .orElse("");
    }
}
