package dev.retort.bench.tune;

import dev.retort.kernels.simd.internal.engine.Engine;
import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.KernelParameters.Crossing;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
import dev.retort.tensor.dense.ConvolutionGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Looks for the {@link KernelParameters} of this machine: block extents one after the other, each against the best so far, on
 * layers of a RetinaNet-R50; then, with these, from how many pixels on each of Winograd's algorithms wins. A new value has to win by
 * two hundredths, so that noise does not choose.
 */
public final class Tuner {
    private static final double WIN = 0.98;
    private static final int NEVER = Integer.MAX_VALUE;

    private static final List<ConvolutionGeometry> PRODUCTS = List.of(
            ConvolutionGeometry.square(1, 50, 76, 256, 1024, 1, 1, 0),
            ConvolutionGeometry.square(1, 50, 76, 1024, 256, 1, 1, 0),
            ConvolutionGeometry.square(1, 100, 152, 512, 128, 1, 1, 0),
            ConvolutionGeometry.square(1, 100, 152, 128, 512, 1, 1, 0));

    private static final List<ConvolutionGeometry> WINDOWS = List.of(
            ConvolutionGeometry.square(1, 100, 152, 128, 128, 3, 1, 1),
            ConvolutionGeometry.square(1, 50, 76, 256, 256, 3, 1, 1),
            ConvolutionGeometry.square(1, 25, 38, 512, 512, 3, 1, 1));

    /** Heights and widths of maps, each of about twice as many pixels as the one before. */
    private static final int[][] MAPS = {
        {4, 6},
        {6, 8},
        {7, 10},
        {10, 14},
        {13, 19},
        {18, 26},
        {25, 38},
        {36, 54},
        {50, 76},
        {72, 108},
        {100, 152},
        {200, 304}
    };

    /** Layers of more operations are left out; no crossing is near them. */
    private static final double MOST_OPERATIONS = 2e10;

    /** Channels that stand for layers of at most so many pairs. */
    private record Width(int channels, long pairs) {}

    private static final List<Width> WIDTHS =
            List.of(new Width(64, 128 * 128), new Width(256, 256 * 256), new Width(512, Long.MAX_VALUE));

    /** Median seconds of a pass of a layer, for each engine. */
    @FunctionalInterface
    interface Times {
        double[] medians(ConvolutionGeometry shape, Pass pass, List<Engine> engines);
    }

    private final Parallel parallel;
    private final Times times;
    private final Consumer<String> log;

    /**
     * @param rounds timed turns of each candidate
     * @param log gets a line for each decision
     */
    public Tuner(Parallel parallel, int rounds, Consumer<String> log) {
        this(parallel, new LayerTimes(rounds)::medians, log);
    }

    Tuner(Parallel parallel, Times times, Consumer<String> log) {
        this.parallel = parallel;
        this.times = times;
        this.log = log;
    }

    /** The best that is found, beginning with {@code start}. */
    public KernelParameters tune(KernelParameters start) {
        KernelParameters p = start;
        p = best("rows of a product's task", p.productRows(), with(p, 0), PRODUCTS, 36, 72, 144, 288);
        p = best("columns of a product's task", p.productColumns(), with(p, 1), PRODUCTS, 256, 512, 1024);
        p = best("channel pairs for each Winograd tile", p.pairsPerTile(), with(p, 2), WINDOWS, 256, 512, 1024);
        p = best("Winograd tiles at most", p.winogradTiles(), with(p, 3), WINDOWS, 80, 160, 320);
        List<Crossing> forward = crossings("forward", p, Pass.FORWARD);
        List<Crossing> gradient = crossings("weight gradient", p, Pass.WEIGHT_GRADIENT);
        return new KernelParameters(
                p.productRows(), p.productColumns(), p.pairsPerTile(), p.winogradTiles(), forward, gradient);
    }

    /** The parameters with another value in place of the extent {@code which}. */
    private static IntFunction<KernelParameters> with(KernelParameters p, int which) {
        return value -> new KernelParameters(
                which == 0 ? value : p.productRows(),
                which == 1 ? value : p.productColumns(),
                which == 2 ? value : p.pairsPerTile(),
                which == 3 ? value : p.winogradTiles(),
                p.forward(),
                p.weightGradient());
    }

    private KernelParameters best(
            String name, int now, IntFunction<KernelParameters> with, List<ConvolutionGeometry> layers, int... values) {
        int[] candidates = IntStream.concat(IntStream.of(now), IntStream.of(values))
                .distinct()
                .toArray();
        List<Engine> engines = Arrays.stream(candidates)
                .mapToObj(value -> Engine.vector(parallel, algorithmFor(layers), with.apply(value)))
                .toList();
        double[] score = new double[candidates.length];
        for (ConvolutionGeometry layer : layers) {
            double[] seconds = times.medians(layer, Pass.FORWARD, engines);
            for (int i = 0; i < score.length; i++) {
                score[i] += Math.log(seconds[i] / seconds[0]) / layers.size();
            }
        }
        int chosen = 0;
        for (int i = 1; i < score.length; i++) {
            if (score[i] < Math.min(Math.log(WIN), score[chosen])) {
                chosen = i;
            }
        }
        String tried = IntStream.range(0, candidates.length)
                .mapToObj(i -> String.format(Locale.ROOT, "%d: %.2f", candidates[i], Math.exp(score[i])))
                .collect(Collectors.joining(", "));
        log.accept(name + ": " + candidates[chosen] + " (time by that of " + now + ": " + tried + ")");
        return with.apply(candidates[chosen]);
    }

    private static ConvolutionAlgorithm algorithmFor(List<ConvolutionGeometry> layers) {
        return layers == WINDOWS ? ConvolutionAlgorithm.WINOGRAD_4 : ConvolutionAlgorithm.DIRECT;
    }

    private List<Crossing> crossings(String name, KernelParameters p, Pass pass) {
        List<Engine> engines = List.of(
                Engine.vector(parallel, ConvolutionAlgorithm.DIRECT, p),
                Engine.vector(parallel, ConvolutionAlgorithm.WINOGRAD_2, p),
                Engine.vector(parallel, ConvolutionAlgorithm.WINOGRAD_4, p));
        List<Crossing> crossings = new ArrayList<>();
        for (Width width : WIDTHS) {
            List<ConvolutionGeometry> layers = layers(width.channels);
            double[] two = new double[layers.size()];
            double[] four = new double[layers.size()];
            for (int i = 0; i < two.length; i++) {
                double[] seconds = times.medians(layers.get(i), pass, engines);
                two[i] = Math.min(seconds[1], seconds[2]) / seconds[0];
                four[i] = seconds[2] / Math.min(seconds[0], seconds[1]);
            }
            Crossing crossing = new Crossing(width.pairs, pixels(layers, two), pixels(layers, four));
            crossings.add(crossing);
            log.accept(String.format(
                    Locale.ROOT,
                    "%s, %d channels: F(2x2) from %s pixels on, F(4x4) from %s",
                    name,
                    width.channels,
                    count(crossing.two()),
                    count(crossing.four())));
        }
        return crossings;
    }

    /** A 3x3 convolution for each map, the smallest first. */
    private static List<ConvolutionGeometry> layers(int channels) {
        return Arrays.stream(MAPS)
                .map(map -> ConvolutionGeometry.square(1, map[0], map[1], channels, channels, 3, 1, 1))
                .filter(layer -> layer.operations() < MOST_OPERATIONS)
                .toList();
    }

    private static String count(int pixels) {
        return pixels == NEVER ? "no number of" : Integer.toString(pixels);
    }

    /** From where on the ratios of all layers stay below that of a win: between the last layer that loses and the next. */
    private static int pixels(List<ConvolutionGeometry> layers, double[] ratios) {
        int first = ratios.length;
        while (first > 0 && ratios[first - 1] < WIN) {
            first--;
        }
        if (first == ratios.length) {
            return NEVER;
        }
        double wins = layers.get(first).outPixels();
        return (int) (first == 0 ? wins : Math.sqrt(layers.get(first - 1).outPixels() * wins));
    }
}
