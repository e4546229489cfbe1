package dev.retort.bench.cli;

import dev.retort.bench.floor.Floor;
import dev.retort.bench.floor.FloorTable;
import dev.retort.bench.measure.Alternation;
import dev.retort.bench.measure.CopyBandwidth;
import dev.retort.bench.measure.FmaPeak;
import dev.retort.bench.measure.ProfileTable;
import dev.retort.bench.measure.Row;
import dev.retort.bench.measure.RowTable;
import dev.retort.bench.measure.RowsFile;
import dev.retort.bench.measure.TextFile;
import dev.retort.bench.measure.Totals;
import dev.retort.bench.network.Scenario;
import dev.retort.bench.peer.BackendPeer;
import dev.retort.bench.peer.EjmlPeer;
import dev.retort.bench.peer.OnnxRuntimePeer;
import dev.retort.bench.peer.Peer;
import dev.retort.bench.peer.PeerProvider;
import dev.retort.bench.peer.PythonPeer;
import dev.retort.bench.work.Suite;
import dev.retort.bench.work.Work;
import dev.retort.cli.Subcommand;
import dev.retort.distill.DistillationProvider;
import dev.retort.kernels.simd.SimdBackend;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.VectorApi;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.KernelProfiler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code retort bench}: how long things take here, alone or in turns with another library. */
@Command(
        name = "bench",
        subcommands = {TuneCommand.class, WidthsCommand.class},
        synopsisSubcommandLabel = "[COMMAND]",
        description = "Times single operations, the layers of a RetinaNet, its inference and a distillation step on the"
                + " CPU, alone or in turns with another library.",
        footer = {
            "",
            "Each row is warmed up in three rounds; then both sides take turns, and medians count. The ratio is the"
                    + " peer's time divided by this side's. A share of the peak is that of multiply-adds in registers on"
                    + " the same threads, measured beside the row. Memory is the largest resident memory of the process"
                    + " since the row began; for figures that compare, give infer and step a process of their own. The"
                    + " totals of layers are those of the convolutions, each as often as the network has it.",
            "The peer pytorch needs a Python 3 with torch and torchvision (Debian and Ubuntu: apt-get install"
                    + " python3-torch python3-torchvision libopenblas0-pthread; RETORT_PYTHON names another Python). It"
                    + " and libtorch keep the faster of two layouts of images in memory.",
            "The peer libtorch needs a build with its Maven profile: RETORT_PROFILES=libtorch ./retort bench ... fetches"
                    + " and unpacks LibTorch once (about 120 and 450 MB). It does ops, but for focal-loss and sgd, and"
                    + " layers; of infer and step it does nothing. The peer onnxruntime needs its profile likewise (about 90"
                    + " MB) and does infer: the same network, exported as ONNX. The peer ejml does matrix products only. All"
                    + " three run in this process, so its memory has theirs in it.",
            "",
            "Examples:",
            "  retort bench --suite ops --filter gemm --threads 1",
            "  retort bench --suite layers --against pytorch --json layers.json",
            "  retort bench --suite step --against pytorch",
            "  retort bench --suite step --method pkd",
            "  RETORT_PROFILES=libtorch ./retort bench --suite ops --against libtorch",
            "  RETORT_PROFILES=onnxruntime ./retort bench --suite infer --against onnxruntime",
            "  retort bench --floor",
            "  retort bench tune --out simd.properties",
            "  retort bench widths"
        })
public final class BenchCommand implements Subcommand {
    private static final int PEAK_SAMPLES = 25;
    private static final String SIMD = "simd";

    @Spec
    private CommandSpec spec;

    @ArgGroup(exclusive = true, multiplicity = "0..1")
    private What what;

    /** What is asked for. */
    private static final class What {
        @Option(names = "--suite", paramLabel = "NAME", description = "Time a suite: ${COMPLETION-CANDIDATES}.")
        private Suite suite;

        @Option(
                names = "--floor",
                description = "Print the least that inference and a distillation step can cost here, layer by layer, as"
                        + " Markdown: operations, bytes, time at the measured peaks.")
        private boolean floor;
    }

    /** Libraries to compare with. */
    enum Against {
        SIMD,
        PYTORCH,
        LIBTORCH,
        ONNXRUNTIME,
        EJML;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--against",
            paramLabel = "NAME",
            description = "Take turns with this library: ${COMPLETION-CANDIDATES}.")
    private Against against;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = SIMD,
            description = "What computes, such as opencl:0; 'retort devices' lists them (default: ${DEFAULT-VALUE}).")
    private String device;

    @Option(
            names = "--profile",
            description =
                    "Print, after the rows, how long each kernel ran on the device, bytes and operations a second.")
    private boolean profile;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of both sides (default: RETORT_THREADS, else the number of processors).")
    private Integer threads;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "5",
            description = "Timed rounds of each side (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(names = "--filter", paramLabel = "TEXT", description = "Only rows whose name contains this text.")
    private String filter;

    @Option(
            names = "--size",
            paramLabel = "HxW",
            description = "Height and width of the image, multiples of 32 (default: 800x1216).")
    private String size;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            defaultValue = Scenario.ICD,
            description =
                    "The distillation method of the suite step, by its name in recipes, with its default settings"
                            + " (default: ${DEFAULT-VALUE}). Operations of methods besides icd are those of the networks alone.")
    private String method;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the rows to this file: a list of JSON objects.")
    private Path json;

    @Override
    public Integer call() throws IOException {
        check(what != null, "Name what to time, --suite=NAME or --floor, or one of the commands tune and widths.");
        check(runs >= 1, "--runs must be 1 or more, not " + runs);
        check(threads == null || threads >= 1, "--threads must be 1 or more, not " + threads);
        if (!VectorApi.isPresent()) {
            throw new IllegalStateException(
                    "Benchmarks need the Vector API: start the JVM with --add-modules jdk.incubator.vector");
        }
        List<String> methods = DistillationProvider.all().stream()
                .map(DistillationProvider::name)
                .sorted()
                .toList();
        check(methods.contains(method), "--method must be one of " + String.join(", ", methods) + ", not " + method);
        Scenario standard = Scenario.standard().withMethod(method);
        Scenario scenario = size == null ? standard : standard.withSize(size);
        Parallel pool = threads == null ? Parallel.shared() : new Parallel(threads);
        if (what.floor) {
            printFloor(scenario, pool.threads());
            return 0;
        }
        List<Work> works = works(scenario);
        TextFile.check(json);
        try (Backend backend = device.equals(SIMD) ? SimdBackend.create(pool) : Backends.create(device);
                Peer peer = peer(pool, works)) {
            List<Row> rows = measure(works, backend, peer, pool.threads());
            if (json != null) {
                RowsFile.write(rows, json);
            }
        }
        return 0;
    }

    private void check(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private void printFloor(Scenario scenario, int count) {
        double bandwidth = new CopyBandwidth(count).sample();
        double most = 0;
        try (FmaPeak peak = new FmaPeak(count)) {
            for (int i = 0; i < PEAK_SAMPLES; i++) {
                most = Math.max(most, peak.sample());
            }
        }
        String size = scenario.height() + "x" + scenario.width();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "Peaks of %d thread(s): %.0f GF/s of multiply-adds, %.1f GB/s copied (read plus written).%n%n",
                count,
                most / 1e9,
                bandwidth / 1e9);
        out.println(FloorTable.markdown("Inference, " + size, Floor.inference(scenario), most, bandwidth));
        out.println(FloorTable.markdown("Distillation step, " + size, Floor.step(scenario), most, bandwidth));
    }

    private List<Work> works(Scenario scenario) {
        List<Work> all = what.suite.works(scenario);
        List<Work> works = all.stream()
                .filter(work -> filter == null || work.name().contains(filter))
                .toList();
        if (works.isEmpty()) {
            throw new IllegalArgumentException("No row of the suite contains '" + filter + "'; there are "
                    + String.join(", ", all.stream().map(Work::name).toList()));
        }
        return works;
    }

    private Peer peer(Parallel pool, List<Work> works) {
        int count = pool.threads();
        if (against == null) {
            return null;
        }
        return switch (against) {
            case SIMD -> new BackendPeer(SimdBackend.create(pool), works);
            case PYTORCH -> PythonPeer.start(count);
            case LIBTORCH -> PeerProvider.start(against.toString(), count);
            case ONNXRUNTIME -> OnnxRuntimePeer.start(count);
            case EJML -> new EjmlPeer(count);
        };
    }

    private List<Row> measure(List<Work> works, Backend backend, Peer peer, int count) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.println(backend.describe() + ", JDK " + Runtime.version()
                + (peer == null ? "" : ", in turns with " + peer.name()));
        RowTable table = new RowTable(out);
        table.header();
        KernelProfiler profiled = profile ? profiled(backend) : null;
        if (profiled != null) {
            profiled.startProfile();
        }
        List<Row> rows = new ArrayList<>();
        try (Alternation alternation = new Alternation(backend, peer, count, runs)) {
            for (Work work : works) {
                Row row = alternation.measure(work);
                table.row(row);
                rows.add(row);
            }
        }
        for (Row total : Totals.of(works, rows)) {
            table.row(total);
            rows.add(total);
        }
        if (profiled != null) {
            out.println();
            ProfileTable.print(profiled.profile(), out);
        }
        return rows;
    }

    private static KernelProfiler profiled(Backend backend) {
        return backend.capability(KernelProfiler.class)
                .orElseThrow(() -> new IllegalArgumentException("--profile shows the kernels of a device; "
                        + backend.name() + " has none: add --device opencl"));
    }
}
