package dev.retort.bench.cli;

import dev.retort.bench.measure.Row;
import dev.retort.bench.measure.TextFile;
import dev.retort.bench.widths.FreshJvm;
import dev.retort.bench.widths.VectorSetting;
import dev.retort.bench.widths.WidthRow;
import dev.retort.kernels.simd.internal.run.VectorApi;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import jdk.incubator.vector.VectorShape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code retort bench widths}: every width of vectors on every JDK, each figure from JVMs of its own. */
@Command(
        name = "widths",
        description =
                "Measures a product of 1024 cubed on one thread and RetinaNet-R50's inference with vectors of every"
                        + " width that this processor has, on one or several JDKs, each in fresh JVMs that take turns.",
        footer = {
            "",
            "256-avx2 is 256 bits with the 16 registers of processors without AVX-512. A share compares the slowest JVM of"
                    + " a row with the median of the best JDK with these vectors. One JVM takes about half a minute.",
            "",
            "Examples:",
            "  retort bench widths --java /usr/lib/jvm/jdk-17,/usr/lib/jvm/jdk-25",
            "  retort bench widths --java /usr/lib/jvm/jdk-17,/usr/lib/jvm/jdk-25 --bits 512 --fresh 5"
        })
public final class WidthsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--java",
            paramLabel = "DIR",
            split = ",",
            description = "Homes of the JDKs to measure (default: the one that runs this).")
    private List<Path> homes = List.of();

    @Option(
            names = "--bits",
            paramLabel = "WIDTH",
            split = ",",
            description = "Only these widths: 512, 256, 256-avx2, 128 (default: all that the processor has).")
    private List<String> bits = List.of();

    @Option(
            names = "--fresh",
            paramLabel = "N",
            defaultValue = "1",
            description = "JVMs for each figure (default: ${DEFAULT-VALUE}).")
    private int fresh;

    @Option(
            names = "--size",
            paramLabel = "HxW",
            defaultValue = "800x1216",
            description = "Height and width of the image, multiples of 32 (default: ${DEFAULT-VALUE}).")
    private String size;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the table to this file too, as Markdown.")
    private Path file;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (fresh < 1) {
            throw new ParameterException(spec.commandLine(), "--fresh must be 1 or more, not " + fresh);
        }
        TextFile.check(file);
        if (!VectorApi.isPresent()) {
            throw new IllegalStateException(
                    "Benchmarks need the Vector API: start the JVM with --add-modules jdk.incubator.vector");
        }
        int widest = VectorShape.preferredShape().vectorBitSize();
        List<VectorSetting> settings = bits.isEmpty()
                ? VectorSetting.upTo(widest)
                : bits.stream().map(name -> VectorSetting.named(name, widest)).toList();
        List<FreshJvm> jvms = homes.isEmpty()
                ? List.of(FreshJvm.current())
                : homes.stream().map(FreshJvm::in).toList();
        PrintWriter out = spec.commandLine().getOut();
        List<WidthRow> rows = new ArrayList<>();
        for (VectorSetting setting : settings) {
            rows.addAll(measure(setting, jvms, out));
        }
        StringBuilder table = new StringBuilder(WidthRow.header()).append('\n');
        rows.forEach(row -> table.append(row.markdown(rows)).append('\n'));
        out.println();
        out.print(table);
        out.flush();
        if (file != null) {
            TextFile.write(table.toString(), file);
        }
        return 0;
    }

    /** JDKs take turns, so that a machine that grows slower does so for all. */
    private List<WidthRow> measure(VectorSetting setting, List<FreshJvm> jvms, PrintWriter out)
            throws IOException, InterruptedException {
        List<WidthRow> rows = new ArrayList<>();
        for (int run = 0; run < fresh; run++) {
            for (int i = 0; i < jvms.size(); i++) {
                Row product = jvms.get(i)
                        .measure(
                                setting.options(),
                                List.of("--suite", "ops", "--filter", "gemm-1024", "--threads", "1"));
                Row inference = jvms.get(i)
                        .measure(
                                setting.options(),
                                List.of(
                                        "--suite",
                                        "infer",
                                        "--filter",
                                        "infer/retinanet",
                                        "--runs",
                                        "3",
                                        "--size",
                                        size));
                if (run == 0) {
                    rows.add(new WidthRow(product.jdk(), setting, new ArrayList<>(), new ArrayList<>()));
                }
                rows.get(i).gflops().add(product.gflops());
                rows.get(i).seconds().add(inference.seconds());
                out.printf(
                        Locale.ROOT,
                        "%-8s  JDK %-26s  %6.1f GF/s  %6.3f s%n",
                        setting,
                        product.jdk(),
                        product.gflops(),
                        inference.seconds());
                out.flush();
            }
        }
        return rows;
    }
}
