package dev.retort.kernels.opencl;

import static org.jocl.CL.CL_PROGRAM_BINARIES;
import static org.jocl.CL.CL_PROGRAM_BINARY_SIZES;
import static org.jocl.CL.CL_PROGRAM_BUILD_LOG;
import static org.jocl.CL.clBuildProgram;
import static org.jocl.CL.clCreateProgramWithBinary;
import static org.jocl.CL.clCreateProgramWithSource;
import static org.jocl.CL.clGetProgramBuildInfo;
import static org.jocl.CL.clGetProgramInfo;
import static org.jocl.CL.clReleaseProgram;

import dev.retort.kernels.device.CacheFolder;
import dev.retort.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_program;

/**
 * Programs built from source, and kept as binaries in a folder: a file is named by a hash of device, driver, options and source, and begins
 * with a hash of what follows. One that is damaged or that the driver does not take is built again. Files are replaced whole, so several
 * processes may share the folder; a folder that cannot be written costs time only.
 */
final class OpenClPrograms {
    private static final System.Logger LOG = System.getLogger(OpenClPrograms.class.getName());
    private static final int HASH_BYTES = 32;

    private final cl_context context;
    private final cl_device_id device;
    private final String identity;
    private final Path folder;

    /**
     * @param identity device and driver, with their versions
     * @param folder where binaries are kept, or null not to keep any
     */
    OpenClPrograms(cl_context context, cl_device_id device, String identity, Path folder) {
        this.context = context;
        this.device = device;
        this.identity = identity;
        this.folder = folder;
    }

    /** Where binaries are kept unless another folder is given. */
    static Path defaultFolder() {
        return CacheFolder.of("opencl");
    }

    /**
     * The program of a source, from the folder or built.
     *
     * @param name for errors
     * @throws OpenClException with the compiler's words if it does not build
     */
    cl_program program(String name, String source, String options) {
        Path file = folder == null ? null : folder.resolve(hash(identity + '\0' + options + '\0' + source) + ".bin");
        cl_program kept = file == null ? null : load(file, options);
        if (kept != null) {
            return kept;
        }
        cl_program program = clCreateProgramWithSource(context, 1, new String[] {source}, null, null);
        try {
            clBuildProgram(program, 1, new cl_device_id[] {device}, options, null, null);
        } catch (CLException e) {
            String log = log(program);
            clReleaseProgram(program);
            throw new OpenClException(
                    "The kernels of " + name + " do not build for " + identity + " with " + options + " ("
                            + e.getMessage() + "). The compiler says:\n" + log,
                    e);
        }
        if (file != null) {
            save(program, file);
        }
        return program;
    }

    private String log(cl_program program) {
        long[] size = new long[1];
        clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, null, size);
        byte[] bytes = new byte[(int) size[0]];
        clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, bytes.length, Pointer.to(bytes), null);
        return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").strip();
    }

    /** The program in a file; null if there is none that can be used. */
    private cl_program load(Path file, String options) {
        byte[] binary;
        try {
            byte[] content = Files.readAllBytes(file);
            binary = content.length <= HASH_BYTES ? null : Arrays.copyOfRange(content, HASH_BYTES, content.length);
            if (binary == null || !Arrays.equals(digest(binary), Arrays.copyOf(content, HASH_BYTES))) {
                LOG.log(System.Logger.Level.INFO, "The compiled kernels in {0} are damaged and built again", file);
                return null;
            }
        } catch (IOException e) {
            return null;
        }
        cl_program program = null;
        try {
            program = clCreateProgramWithBinary(
                    context,
                    1,
                    new cl_device_id[] {device},
                    new long[] {binary.length},
                    new byte[][] {binary},
                    null,
                    null);
            clBuildProgram(program, 1, new cl_device_id[] {device}, options, null, null);
            return program;
        } catch (CLException e) {
            LOG.log(System.Logger.Level.INFO, "The driver refuses the compiled kernels in {0}: built again", file);
            if (program != null) {
                clReleaseProgram(program);
            }
            return null;
        }
    }

    private static void save(cl_program program, Path file) {
        try {
            byte[] binary = binary(program);
            if (binary.length == 0) {
                return;
            }
            Files.createDirectories(file.getParent());
            AtomicFile.writeBytes(file, digest(binary), binary);
        } catch (IOException | CLException e) {
            LOG.log(System.Logger.Level.INFO, "Compiled kernels are not kept: {0}", e.toString());
        }
    }

    private static byte[] binary(cl_program program) {
        long[] size = new long[1];
        clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
        byte[] binary = new byte[(int) size[0]];
        Pointer pointers = Pointer.to(new Pointer[] {Pointer.to(binary)});
        clGetProgramInfo(program, CL_PROGRAM_BINARIES, Sizeof.POINTER, pointers, null);
        return binary;
    }

    private static String hash(String text) {
        return HexFormat.of().formatHex(digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
