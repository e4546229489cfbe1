package dev.retort.bench.tune;

import dev.retort.kernels.simd.internal.engine.Convolution;
import dev.retort.kernels.simd.internal.engine.Engine;
import dev.retort.tensor.DType;
import dev.retort.tensor.dense.ConvolutionGeometry;
import dev.retort.tensor.heap.HeapStorage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Times one pass of a layer on several engines in turns, another first in each round, so that all of them have the same share of a
 * machine's moods.
 */
final class LayerTimes {
    private static final int WARM_UPS = 4;
    private static final double ROUND_SECONDS = 0.01;
    private static final int OFFSET = HeapStorage.start(DType.F32);

    private final int rounds;

    LayerTimes(int rounds) {
        this.rounds = rounds;
    }

    /** Median seconds of one call of each engine. */
    double[] medians(ConvolutionGeometry shape, Pass pass, List<Engine> engines) {
        Random random = new Random(1);
        float[] x = filled(random, shape.images() * shape.height() * shape.width() * shape.inputs());
        float[] w = filled(random, shape.outputs() * shape.depth());
        float[] y = filled(random, shape.outPixels() * shape.outputs());
        List<Runnable> calls = engines.stream()
                .map(Convolution::floats)
                .<Runnable>map(convolution -> () -> pass.run(convolution, shape, OFFSET, x, w, y))
                .toList();
        double[][] seconds = new double[calls.size()][rounds];
        int repeats = 1;
        for (int round = -WARM_UPS; round < rounds; round++) {
            double longest = 0;
            for (int turn = 0; turn < calls.size(); turn++) {
                int i = (turn + round + WARM_UPS) % calls.size();
                double each = seconds(calls.get(i), repeats);
                longest = Math.max(longest, each);
                if (round >= 0) {
                    seconds[i][round] = each;
                }
            }
            repeats = round < 0 ? (int) Math.ceil(ROUND_SECONDS / longest) : repeats;
        }
        return Arrays.stream(seconds).mapToDouble(LayerTimes::median).toArray();
    }

    private static float[] filled(Random random, int size) {
        float[] values = new float[OFFSET + size];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    private static double seconds(Runnable call, int repeats) {
        long start = System.nanoTime();
        for (int i = 0; i < repeats; i++) {
            call.run();
        }
        return (System.nanoTime() - start) / 1e9 / repeats;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
