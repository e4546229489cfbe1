package dev.retort.bench;

import dev.retort.kernels.simd.internal.engine.Convolution;
import dev.retort.kernels.simd.internal.engine.Engine;
import dev.retort.kernels.simd.internal.product.Epilogue;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
import dev.retort.tensor.dense.ConvolutionGeometry;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Convolutions as they occur in a RetinaNet, forward (with bias and ReLU) and both gradients. The counter {@code operations} is
 * in floating-point operations per second, those of the direct sum whatever the algorithm, so that it compares speeds and may exceed
 * the peak. The command line is {@link FmaPeakBenchmark}'s, with {@code Convolution} as the name, and
 * {@code -p algorithm=DIRECT,WINOGRAD_2,WINOGRAD_4} to compare.
 */
@State(Scope.Benchmark)
public class ConvolutionBenchmark extends KernelBenchmark {
    /** One layer: where it stands in the network, and its extents. */
    public enum Layer {
        /** A head's layer on p3 of an 800 x 1216 image. */
        HEAD(ConvolutionGeometry.square(1, 100, 152, 256, 256, 3, 1, 1)),
        /** The same on p4. */
        HEAD_P4(ConvolutionGeometry.square(1, 50, 76, 256, 256, 3, 1, 1)),
        /** The same on p5. */
        HEAD_P5(ConvolutionGeometry.square(1, 25, 38, 256, 256, 3, 1, 1)),
        /** The same on p6. */
        HEAD_P6(ConvolutionGeometry.square(1, 13, 19, 256, 256, 3, 1, 1)),
        /** The same on p7. */
        HEAD_P7(ConvolutionGeometry.square(1, 7, 10, 256, 256, 3, 1, 1)),
        /** The middle layer of a bottleneck of res2. */
        RES2(ConvolutionGeometry.square(1, 200, 304, 64, 64, 3, 1, 1)),
        /** The same of res3; res4's is as HEAD_P4. */
        RES3(ConvolutionGeometry.square(1, 100, 152, 128, 128, 3, 1, 1)),
        /** The same of res5. */
        RES5(ConvolutionGeometry.square(1, 25, 38, 512, 512, 3, 1, 1)),
        /** The last layer of a bottleneck of res2. */
        EXPANSION(ConvolutionGeometry.square(1, 200, 304, 64, 256, 1, 1, 0)),
        /** The middle layer of res3's first bottleneck. */
        STRIDED(ConvolutionGeometry.square(1, 200, 304, 128, 128, 3, 2, 1)),
        /** The first layer of a ResNet. */
        STEM(ConvolutionGeometry.square(1, 800, 1216, 3, 64, 7, 2, 3)),
        /** A head's layer on p3 of a 128 x 128 image, 64 channels wide. */
        SMALL(ConvolutionGeometry.square(1, 16, 16, 64, 64, 3, 1, 1));

        private final ConvolutionGeometry shape;

        Layer(ConvolutionGeometry shape) {
            this.shape = shape;
        }
    }

    /** The layer measured. */
    @Param
    public Layer layer;

    /** How to compute it; layers that an algorithm does not serve are computed directly. */
    @Param({"AUTO"})
    public ConvolutionAlgorithm algorithm;

    /** Threads of the pool. */
    @Param({"1", "2"})
    public int threads;

    private Convolution<float[]> convolution;
    private ConvolutionGeometry shape;
    private float[] x;
    private float[] w;
    private float[] y;
    private Epilogue<float[]> epilogue;

    /** Fills input, weight and output gradient with numbers that are neither 0 nor tiny. */
    @Setup
    public void fill() {
        shape = layer.shape;
        convolution = Convolution.floats(Engine.vector(new Parallel(threads), algorithm));
        x = filled(shape.images() * shape.height() * shape.width() * shape.inputs());
        w = filled(shape.outputs() * shape.depth());
        y = filled(shape.outPixels() * shape.outputs());
        epilogue = Epilogue.bias(filled(shape.outputs()), 0, true);
    }

    private static float[] filled(int size) {
        float[] data = new float[size];
        Arrays.fill(data, 1e-2f);
        return data;
    }

    /** y = relu(x * w + bias). */
    @Benchmark
    public float[] forward(FmaPeakBenchmark.Count count) {
        convolution.forward(shape, x, 0, w, 0, y, 0, epilogue);
        count.operations += shape.operations();
        return y;
    }

    /** The gradient for the input, written over it. */
    @Benchmark
    public float[] inputGradient(FmaPeakBenchmark.Count count) {
        convolution.inputGradient(shape, y, 0, w, 0, x, 0);
        count.operations += shape.operations();
        return x;
    }

    /** The gradient for the weight, written over it. */
    @Benchmark
    public float[] weightGradient(FmaPeakBenchmark.Count count) {
        convolution.weightGradient(shape, x, 0, y, 0, w, 0);
        count.operations += shape.operations();
        return w;
    }
}
