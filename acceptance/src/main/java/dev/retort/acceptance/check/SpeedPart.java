package dev.retort.acceptance.check;

import dev.retort.bench.work.InferSuite;
import dev.retort.bench.work.LayersSuite;
import dev.retort.bench.work.OpsSuite;
import dev.retort.bench.work.StepSuite;
import dev.retort.bench.work.Work;
import dev.retort.tensor.MatmulPrecision;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Benchmarks of one kind in one precision, each work beside PyTorch.
 *
 * @param graphs whether what repeats runs as CUDA graphs
 */
record SpeedPart(Kind kind, MatmulPrecision precision, boolean graphs) implements Part {
    /** What is measured. */
    enum Kind {
        GEMM("Matrix products", SpeedPart::products, 600),
        LAYERS("Every distinct convolution of RetinaNet, forward and with both gradients", SpeedPart::layers, 900),
        INFER(
                "RetinaNet's inference, ResNet-50",
                settings -> networks(settings, batch -> InferSuite.work(settings.scenario(), batch)),
                900),
        STEP(
                "A distillation step, ResNet-50 from ResNet-101",
                settings -> networks(settings, batch -> StepSuite.work(settings.scenario(), batch)),
                1200);

        private final String title;
        private final Function<CheckSettings, List<Work>> works;
        private final int limit;

        Kind(String title, Function<CheckSettings, List<Work>> works, int limit) {
            this.title = title;
            this.works = works;
            this.limit = limit;
        }

        /** Whether it is many calls in a row, which is what graphs are for. */
        boolean isNetwork() {
            return this == INFER || this == STEP;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int[] SIZES = {512, 1024, 2048, 4096, 8192};
    /** The smallest side of a product that only a GPU multiplies in a sensible time. */
    private static final int FOR_GPUS = 4096;

    @Override
    public String name() {
        return kind + "-" + precision.label() + (graphs ? "-graphs" : "");
    }

    @Override
    public String what() {
        return kind.title + ", in " + precision.label() + (graphs ? ", as CUDA graphs" : "")
                + ", beside PyTorch where it is";
    }

    @Override
    public int limit() {
        return kind.limit;
    }

    @Override
    public void run(PartRun run) throws IOException {
        try (Stopwatch stopwatch = new Stopwatch(run, precision, graphs)) {
            kind.works.apply(run.settings()).forEach(stopwatch::row);
            stopwatch.sum();
        }
    }

    private static List<Work> products(CheckSettings settings) {
        boolean gpu = !settings.device().equals("simd") && !settings.device().equals("reference");
        return IntStream.concat(IntStream.of(SIZES).filter(size -> gpu || size < FOR_GPUS), IntStream.of(1021))
                .mapToObj(size -> OpsSuite.gemm("gemm-" + size, 1, size, size, size))
                .toList();
    }

    private static List<Work> layers(CheckSettings settings) {
        return LayersSuite.of(settings.scenario()).stream()
                .filter(work -> work.operations() > 0)
                .toList();
    }

    private static List<Work> networks(CheckSettings settings, Function<Integer, Work> work) {
        return settings.batches().stream().map(work).toList();
    }
}
