package dev.retort.bench;

import dev.retort.kernels.simd.Convolution;
import dev.retort.kernels.simd.ConvolutionAlgorithm;
import dev.retort.kernels.simd.ConvolutionShape;
import dev.retort.kernels.simd.Engine;
import dev.retort.kernels.simd.Epilogue;
import dev.retort.kernels.simd.Parallel;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The stride-1 3 x 3 convolutions of a RetinaNet-R50 on an 800 x 1216 picture by each {@link ConvolutionAlgorithm}. The counter
 * {@code operations} counts those of the direct sum for all of them, so it compares speeds, and may exceed the peak. The command line
 * is {@link FmaPeakBenchmark}'s, with {@code Winograd} as the name.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx2g"})
@State(Scope.Benchmark)
public class WinogradBenchmark {
    /** Height, width and channels, both in and out. */
    @Param({"200x304x64", "100x152x128", "50x76x256", "25x38x512", "100x152x256", "25x38x256", "13x19x256", "7x10x256"})
    public String extents;

    /** How to compute it. */
    @Param
    public ConvolutionAlgorithm algorithm;

    /** Threads of the pool. */
    @Param({"1", "2"})
    public int threads;

    private Convolution<float[]> convolution;
    private ConvolutionShape shape;
    private float[] x;
    private float[] w;
    private float[] y;

    /** Fills input, weight and output gradient with numbers that are neither 0 nor tiny. */
    @Setup
    public void fill() {
        int[] parts =
                Arrays.stream(extents.split("x")).mapToInt(Integer::parseInt).toArray();
        shape = ConvolutionShape.square(1, parts[0], parts[1], parts[2], parts[2], 3, 1, 1);
        convolution = Convolution.floats(Engine.vector(new Parallel(threads), algorithm));
        x = filled(shape.height() * shape.width() * shape.inputs());
        w = filled(shape.outputs() * shape.depth());
        y = filled(shape.outPixels() * shape.outputs());
    }

    private static float[] filled(int size) {
        float[] data = new float[size];
        Arrays.fill(data, 1e-2f);
        return data;
    }

    /** y = x * w. */
    @Benchmark
    public float[] forward(FmaPeakBenchmark.Count count) {
        convolution.forward(shape, x, 0, w, 0, y, 0, Epilogue.none());
        count.operations += shape.operations();
        return y;
    }

    /** The gradient for the input. */
    @Benchmark
    public float[] inputGradient(FmaPeakBenchmark.Count count) {
        convolution.inputGradient(shape, y, 0, w, 0, x, 0);
        count.operations += shape.operations();
        return x;
    }

    /** The gradient for the weight. */
    @Benchmark
    public float[] weightGradient(FmaPeakBenchmark.Count count) {
        convolution.weightGradient(shape, x, 0, y, 0, w, 0);
        count.operations += shape.operations();
        return w;
    }
}
