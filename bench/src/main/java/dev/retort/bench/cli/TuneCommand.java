package dev.retort.bench.cli;

import dev.retort.bench.measure.TextFile;
import dev.retort.bench.tune.DeviceTuner;
import dev.retort.bench.tune.Tuner;
import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.VectorApi;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.TunableKernels;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code retort bench tune}: finds the kernels' parameters for this machine's CPU, or for a device. */
@Command(
        name = "tune",
        description =
                "Measures which block extents and which convolution algorithms are the fastest here, or which shapes of"
                        + " kernels on a device (some minutes; the machine should do nothing else).",
        footer = {
            "",
            "RETORT_TUNING=FILE makes every command use the file, RETORT_DEVICE_TUNING=FILE one for a device. Where it"
                    + " chooses another algorithm for a convolution, results differ in their last digits from those without it.",
            "",
            "Example:",
            "  retort bench tune --out simd.properties",
            "  RETORT_TUNING=simd.properties retort bench --suite infer",
            "  retort bench tune --device opencl:0 --out device.properties",
            "  RETORT_DEVICE_TUNING=device.properties retort bench --suite ops --device opencl:0"
        })
public final class TuneCommand implements Callable<Integer> {
    private static final String SIMD = "simd";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = SIMD,
            description = "What to tune, such as opencl:0 (default: ${DEFAULT-VALUE}).")
    private String device;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads to tune for (default: RETORT_THREADS, else the number of processors).")
    private Integer threads;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "7",
            description = "Timed rounds of each candidate (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the parameters to this file.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        check(runs >= 1, "--runs must be 1 or more, not " + runs);
        check(threads == null || threads >= 1, "--threads must be 1 or more, not " + threads);
        if (!device.equals(SIMD)) {
            check(threads == null, "--threads is for simd; a device has its own.");
            tuneDevice();
            return 0;
        }
        if (!VectorApi.isPresent()) {
            throw new IllegalStateException(
                    "Tuning needs the Vector API: start the JVM with --add-modules jdk.incubator.vector");
        }
        TextFile.check(out);
        Parallel pool = threads == null ? Parallel.shared() : new Parallel(threads);
        PrintWriter lines = spec.commandLine().getOut();
        KernelParameters found = new Tuner(pool, runs, lines::println).tune(KernelParameters.configured());
        lines.println();
        lines.print(found.text());
        lines.flush();
        if (out != null) {
            TextFile.write(
                    "# Found by retort bench tune on " + LocalDate.now() + ": " + pool.threads() + " thread(s), JDK "
                            + Runtime.version() + ", " + System.getProperty("os.arch") + "\n" + found.text(),
                    out);
            lines.println("Written to " + out + ". To use it: RETORT_TUNING=" + out);
        }
        return 0;
    }

    private void tuneDevice() throws IOException {
        TextFile.check(out);
        PrintWriter lines = spec.commandLine().getOut();
        try (Backend backend = Backends.create(device)) {
            TunableKernels kernels = backend.capability(TunableKernels.class)
                    .orElseThrow(
                            () -> new IllegalArgumentException(backend.name() + " has no kernels of a device to tune"));
            String found = new DeviceTuner(backend, kernels, runs, lines::println)
                    .tune()
                    .text();
            lines.println();
            lines.print(found);
            lines.flush();
            if (out != null) {
                TextFile.write(
                        "# Found by retort bench tune on " + LocalDate.now() + ": " + backend.describe() + "\n" + found,
                        out);
                lines.println("Written to " + out + ". To use it: " + kernels.fileVariable() + "=" + out);
            }
        }
    }

    private void check(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
