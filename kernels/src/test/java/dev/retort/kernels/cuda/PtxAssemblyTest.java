package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.device.KernelUnit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.CudaException;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The shipped PTX assembles for Ampere's and Hopper's data-center GPUs, and no kernel keeps registers, or
 * the structs that it is given, in memory of its own. The
 * assembler is inside JCuda: no GPU and no driver is needed. What each kernel takes is written to {@code target/ptx-resources.txt}.
 */
@Tag("long")
@Execution(ExecutionMode.CONCURRENT)
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class PtxAssemblyTest {
    private static final List<String> TARGETS = List.of("sm_80", "sm_90");

    /** For example: Function properties for f ... 0 bytes spill stores ... Used 32 registers, 8192 bytes smem. */
    private static final Pattern KERNEL = Pattern.compile("Compiling entry function '(\\w+)' for '(\\w+)'"
            + "(?s:.*?)(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads"
            + "(?s:.*?)Used (\\d+) registers([^\\n]*)");

    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    /** A unit for a kind of GPU. */
    private record Job(KernelUnit unit, String target) {}

    @Test
    void everyUnitAssembles() throws IOException {
        JNvPTXCompiler.setExceptionsEnabled(true);
        List<Job> jobs = Ptx.units().stream()
                .flatMap(unit -> TARGETS.stream().map(target -> new Job(unit, target)))
                .toList();
        List<String> table = new ArrayList<>();
        table.add(String.format(
                "%-24s %-28s %-6s %9s %6s %6s %6s", "unit", "kernel", "for", "registers", "shared", "stack", "spills"));
        jobs.parallelStream().map(PtxAssemblyTest::lines).toList().forEach(table::addAll);
        Files.write(Path.of("target", "ptx-resources.txt"), table);
    }

    /** What the kernels of a unit take, a line each. */
    private static List<String> lines(Job job) {
        String ptx = Ptx.text(job.unit);
        int entries = (int) Pattern.compile("\\.entry ").matcher(ptx).results().count();
        List<String> lines = new ArrayList<>();
        Matcher kernels = KERNEL.matcher(assemble(job.unit, ptx, job.target));
        while (kernels.find()) {
            Matcher shared = SHARED.matcher(kernels.group(7));
            int spilled = Integer.parseInt(kernels.group(4)) + Integer.parseInt(kernels.group(5));
            lines.add(String.format(
                    "%-24s %-28s %-6s %9s %6s %6s %6d",
                    job.unit,
                    kernels.group(1),
                    job.target,
                    kernels.group(6),
                    shared.find() ? shared.group(1) : "0",
                    kernels.group(3),
                    spilled));
            assertThat(spilled)
                    .as("bytes spilled by " + kernels.group(1) + " of " + job)
                    .isZero();
            // Sine and cosine of large numbers need a table of their own.
            assertThat(kernels.group(3).equals("0") || kernels.group(1).matches("unary_(SIN|COS)"))
                    .as("no stack in " + kernels.group(1) + " of " + job)
                    .isTrue();
        }
        assertThat(lines)
                .as("kernels of " + job.unit + " that the assembler tells of")
                .hasSize(entries);
        return lines;
    }

    /** What the assembler says of a unit. */
    private static String assemble(KernelUnit unit, String ptx, String target) {
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        byte[] text = ptx.getBytes(StandardCharsets.US_ASCII);
        JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length, text);
        try {
            String[] options = {"--gpu-name=" + target, "--verbose"};
            JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
            long[] size = new long[1];
            JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
            byte[] log = new byte[(int) size[0] + 1];
            JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log);
            return new String(log, StandardCharsets.US_ASCII);
        } catch (CudaException e) {
            long[] size = new long[1];
            JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
            byte[] log = new byte[(int) size[0] + 1];
            JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
            throw new AssertionError(
                    unit + " does not assemble for " + target + ": " + new String(log, StandardCharsets.US_ASCII), e);
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        }
    }
}
