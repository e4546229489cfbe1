package dev.retort.kernels.simd;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.engine.Engine;
import dev.retort.kernels.simd.internal.fused.BatchNormKernels;
import dev.retort.kernels.simd.internal.fused.LayerNormKernels;
import dev.retort.kernels.simd.internal.fused.LossKernels;
import dev.retort.kernels.simd.internal.fused.OptimizerKernels;
import dev.retort.kernels.simd.internal.fused.SoftmaxKernels;
import dev.retort.kernels.simd.internal.loops.ArithmeticLoops;
import dev.retort.kernels.simd.internal.loops.PlainRuns;
import dev.retort.kernels.simd.internal.loops.Runs;
import dev.retort.kernels.simd.internal.loops.VectorRuns;
import dev.retort.kernels.simd.internal.product.Epilogue;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.VectorApi;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.dense.FusedGuards;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The backend for CPUs: float32 and float64 on Java arrays, by the Vector API where the JVM has it and by plain Java elsewhere, on
 * a fixed pool of threads. Same bits with any number of threads, interpreted or compiled.
 *
 * <p>This class fuses composed operations of F32; the core ones are in {@link SimdElementwise} and {@link SimdOperations}. What a
 * fused kernel does not cover, F64 and broadcast targets for instance, goes through the composed default.
 */
public final class SimdBackend extends SimdOperations {
    static final String NAME = "simd";

    /** Whether the notice that it computes slowly was logged in this process. */
    private static final AtomicBoolean SLOWNESS_LOGGED = new AtomicBoolean();

    private static final FusedGuards FUSED = new FusedGuards(DType.F32);

    private final String description;

    private SimdBackend(Engine engine, Runs runs, String loops) {
        super(engine, runs);
        description = NAME + ": float32 and float64, " + loops + ", " + threads(engine.parallel());
    }

    /**
     * On a pool of its own with {@code threads} threads, the caller's included; loops as {@link #create(Parallel)} says.
     *
     * @throws IllegalArgumentException if {@code threads} is below 1
     */
    public static SimdBackend create(int threads) {
        return create(new Parallel(threads));
    }

    /**
     * On the Vector API where it is loaded and not switched off by {@link VectorApi#SWITCH_PROPERTY}, else in plain Java; where it is not loaded,
     * one warning of the process says what to add.
     */
    public static SimdBackend create(Parallel parallel) {
        if (VectorApi.isUsed()) {
            return vector(parallel);
        }
        if (!VectorApi.isSwitchedOff() && !SLOWNESS_LOGGED.getAndSet(true)) {
            System.getLogger(SimdBackend.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "simd computes in plain Java, several times slower than with the Vector API: start the JVM with"
                                    + " --add-modules jdk.incubator.vector");
        }
        return plain(parallel);
    }

    /**
     * On the Vector API.
     *
     * @throws IllegalStateException if its module is not loaded
     */
    static SimdBackend vector(Parallel parallel) {
        return vector(parallel, ConvolutionAlgorithm.configured());
    }

    /**
     * On the Vector API, with convolutions computed by {@code algorithm}, whatever {@link ConvolutionAlgorithm#PROPERTY} says.
     *
     * @throws IllegalStateException if its module is not loaded
     */
    static SimdBackend vector(Parallel parallel, ConvolutionAlgorithm algorithm) {
        Engine engine = Engine.vector(parallel, algorithm);
        return new SimdBackend(engine, new VectorRuns(), VectorRuns.describe());
    }

    /** In plain Java. */
    static SimdBackend plain(Parallel parallel) {
        return plain(parallel, ConvolutionAlgorithm.configured());
    }

    /** In plain Java, with convolutions computed by {@code algorithm}. */
    static SimdBackend plain(Parallel parallel, ConvolutionAlgorithm algorithm) {
        return new SimdBackend(Engine.plain(parallel, algorithm), new PlainRuns(), "plain Java");
    }

    static String threads(Parallel parallel) {
        return parallel.threads() == 1 ? "1 thread" : parallel.threads() + " threads";
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describe() {
        return description;
    }

    private static float[] floatsOrNull(Tensor x) {
        return x == null ? null : floats(x);
    }

    private static int offsetOrZero(Tensor x) {
        return x == null ? 0 : offset(x);
    }

    // Products

    @Override
    public Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        if (!FUSED.linear(x, weight, bias)) {
            return super.linear(x, weight, bias);
        }
        requireHere("linear", x, weight, bias);
        int in = weight.dim(1);
        Tensor y = allocate(x.shape().with(-1, weight.dim(0)), DType.F32);
        GemmSpec spec = GemmSpec.dense(size(x) / in, weight.dim(0), in, false, true);
        multiply(x, weight, spec, y, Epilogue.bias(floats(bias), offset(bias), false));
        return y;
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Tensor bias, Tensor addend, Conv2dSpec spec, boolean relu) {
        if (!FUSED.convolution(x, weight, bias, addend, spec)) {
            return super.convolution(x, weight, bias, addend, spec, relu);
        }
        requireHere("convolution", bias, addend);
        Epilogue<float[]> epilogue = new Epilogue<>(
                floatsOrNull(bias), offsetOrZero(bias), floatsOrNull(addend), offsetOrZero(addend), relu);
        return conv2d(x, weight, spec, y -> convolve(x, weight, spec, y, epilogue));
    }

    // Activations

    @Override
    public Tensor reluGradient(Tensor y, Tensor g) {
        if (!FUSED.elementwise(y, g)) {
            return super.reluGradient(y, g);
        }
        requireHere("reluGradient", y, g);
        Tensor dx = allocate(y.shape(), DType.F32);
        float[] outputs = floats(y);
        float[] gradient = floats(g);
        float[] result = floats(dx);
        int yOff = offset(y);
        int gOff = offset(g);
        int off = offset(dx);
        parallel.forRange(
                size(y),
                Broadcast.GRAIN,
                (from, to) ->
                        runs.reluGradient(outputs, yOff + from, gradient, gOff + from, result, off + from, to - from));
        return dx;
    }

    @Override
    public Tensor softmax(Tensor x, int axis) {
        if (!FUSED.rows(x, axis)) {
            return super.softmax(x, axis);
        }
        requireHere("softmax", x);
        Tensor y = allocate(x.shape(), DType.F32);
        new SoftmaxKernels(parallel, runs).softmax(floats(x), offset(x), rows(x), x.dim(-1), floats(y), offset(y));
        return y;
    }

    @Override
    public Tensor softmaxGradient(Tensor y, Tensor g, int axis) {
        if (!FUSED.softmaxGradient(y, g, axis)) {
            return super.softmaxGradient(y, g, axis);
        }
        requireHere("softmaxGradient", y, g);
        Tensor dx = allocate(y.shape(), DType.F32);
        new SoftmaxKernels(parallel, runs)
                .softmaxGradient(
                        floats(y), offset(y), floats(g), offset(g), rows(y), y.dim(-1), floats(dx), offset(dx));
        return dx;
    }

    @Override
    public Tensor logSoftmax(Tensor x, int axis) {
        if (!FUSED.rows(x, axis)) {
            return super.logSoftmax(x, axis);
        }
        requireHere("logSoftmax", x);
        Tensor y = allocate(x.shape(), DType.F32);
        new SoftmaxKernels(parallel, runs).logSoftmax(floats(x), offset(x), rows(x), x.dim(-1), floats(y), offset(y));
        return y;
    }

    private static int rows(Tensor x) {
        return size(x) / x.dim(-1);
    }

    // Normalization

    @Override
    public Tensor layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        if (!FUSED.layerNorm(x, gamma, beta)) {
            return super.layerNorm(x, gamma, beta, eps);
        }
        requireHere("layerNorm", x, gamma, beta);
        Tensor y = allocate(x.shape(), DType.F32);
        new LayerNormKernels(parallel, runs, rows(x), x.dim(-1), eps)
                .forward(
                        floats(x),
                        offset(x),
                        floatsOrNull(gamma),
                        offsetOrZero(gamma),
                        floatsOrNull(beta),
                        offsetOrZero(beta),
                        floats(y),
                        offset(y));
        return y;
    }

    @Override
    public NormGradient layerNormGradient(Tensor x, Tensor gamma, double eps, Tensor g) {
        if (!FUSED.layerNormGradient(x, gamma, g)) {
            return super.layerNormGradient(x, gamma, eps, g);
        }
        requireHere("layerNormGradient", x, gamma, g);
        LayerNormKernels kernels = new LayerNormKernels(parallel, runs, rows(x), x.dim(-1), eps);
        Tensor dx = allocate(x.shape(), DType.F32);
        try (Tensor normal = allocate(x.shape(), DType.F32)) {
            kernels.inputGradient(
                    floats(x),
                    offset(x),
                    floatsOrNull(gamma),
                    offsetOrZero(gamma),
                    floats(g),
                    offset(g),
                    floats(normal),
                    floats(dx),
                    offset(dx));
            if (gamma == null) {
                return new NormGradient(dx, null, null);
            }
            Tensor dGamma = allocate(gamma.shape(), DType.F32);
            Tensor dBeta = allocate(gamma.shape(), DType.F32);
            kernels.scaleGradient(
                    floats(normal), floats(g), offset(g), floats(dGamma), offset(dGamma), floats(dBeta), offset(dBeta));
            return new NormGradient(dx, dGamma, dBeta);
        }
    }

    @Override
    public Normalized batchNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        if (!FUSED.batchNorm(x, gamma, beta)) {
            return super.batchNorm(x, gamma, beta, eps);
        }
        requireHere("batchNorm", x, gamma, beta);
        int channels = x.dim(-1);
        BatchNormKernels kernels = new BatchNormKernels(parallel, runs, rows(x), channels);
        Tensor mean = allocate(Shape.of(channels), DType.F32);
        Tensor variance = allocate(Shape.of(channels), DType.F32);
        kernels.statistics(floats(x), offset(x), floats(mean), offset(mean), floats(variance), offset(variance));
        float[] scale = inverseDeviation(variance, eps);
        float[] shift = new float[channels];
        if (gamma != null) {
            ArithmeticLoops.multiply(scale, 0, floats(gamma), offset(gamma), scale, 0, channels);
        }
        if (beta != null) {
            System.arraycopy(floats(beta), offset(beta), shift, 0, channels);
        }
        Tensor y = allocate(x.shape(), DType.F32);
        kernels.normalize(floats(x), offset(x), floats(mean), offset(mean), scale, shift, floats(y), offset(y));
        return new Normalized(y, mean, variance);
    }

    private static float[] inverseDeviation(Tensor variance, double eps) {
        float[] inverse = Arrays.copyOfRange(floats(variance), offset(variance), offset(variance) + size(variance));
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] = (float) (1 / Math.sqrt(inverse[i] + eps));
        }
        return inverse;
    }

    @Override
    public NormGradient batchNormGradient(Tensor x, Tensor gamma, Tensor mean, Tensor variance, double eps, Tensor g) {
        if (!FUSED.batchNormGradient(x, gamma, mean, variance, g)) {
            return super.batchNormGradient(x, gamma, mean, variance, eps, g);
        }
        requireHere("batchNormGradient", x, gamma, mean, variance, g);
        int channels = x.dim(-1);
        float count = rows(x);
        BatchNormKernels kernels = new BatchNormKernels(parallel, runs, rows(x), channels);
        Tensor dGamma = allocate(gamma.shape(), DType.F32);
        Tensor dBeta = allocate(gamma.shape(), DType.F32);
        float[] inverse = inverseDeviation(variance, eps);
        kernels.scaleGradient(
                floats(x),
                offset(x),
                floats(mean),
                offset(mean),
                inverse,
                floats(g),
                offset(g),
                floats(dGamma),
                offset(dGamma),
                floats(dBeta),
                offset(dBeta));
        float[] bias = new float[channels];
        float[] slope = new float[channels];
        float[] scale = new float[channels];
        for (int i = 0; i < channels; i++) {
            bias[i] = floats(dBeta)[offset(dBeta) + i] / count;
            slope[i] = floats(dGamma)[offset(dGamma) + i] / count * inverse[i];
            scale[i] = inverse[i] * floats(gamma)[offset(gamma) + i];
        }
        Tensor dx = allocate(x.shape(), DType.F32);
        kernels.inputGradient(
                floats(x),
                offset(x),
                floats(mean),
                offset(mean),
                floats(g),
                offset(g),
                bias,
                slope,
                scale,
                floats(dx),
                offset(dx));
        return new NormGradient(dx, dGamma, dBeta);
    }

    // Losses

    @Override
    public Tensor sigmoidFocalLoss(Tensor x, Tensor targets, double alpha, double gamma) {
        if (!FUSED.elementwise(x, targets)) {
            return super.sigmoidFocalLoss(x, targets, alpha, gamma);
        }
        requireHere("sigmoidFocalLoss", x, targets);
        Tensor y = allocate(x.shape(), DType.F32);
        losses().focal(
                        floats(x),
                        offset(x),
                        floats(targets),
                        offset(targets),
                        alpha,
                        gamma,
                        floats(y),
                        offset(y),
                        size(x));
        return y;
    }

    @Override
    public Tensor sigmoidFocalLossGradient(Tensor x, Tensor targets, double alpha, double gamma, Tensor g) {
        if (!FUSED.elementwise(x, targets, g)) {
            return super.sigmoidFocalLossGradient(x, targets, alpha, gamma, g);
        }
        requireHere("sigmoidFocalLossGradient", x, targets, g);
        Tensor dx = allocate(x.shape(), DType.F32);
        losses().focalGradient(
                        floats(x),
                        offset(x),
                        floats(targets),
                        offset(targets),
                        alpha,
                        gamma,
                        floats(g),
                        offset(g),
                        floats(dx),
                        offset(dx),
                        size(x));
        return dx;
    }

    @Override
    public Tensor bceWithLogits(Tensor x, Tensor targets) {
        if (!FUSED.elementwise(x, targets)) {
            return super.bceWithLogits(x, targets);
        }
        requireHere("bceWithLogits", x, targets);
        Tensor y = allocate(x.shape(), DType.F32);
        losses().bceWithLogits(floats(x), offset(x), floats(targets), offset(targets), floats(y), offset(y), size(x));
        return y;
    }

    @Override
    public Tensor smoothL1(Tensor x, Tensor targets, double beta) {
        if (!FUSED.smoothL1(x, targets, beta)) {
            return super.smoothL1(x, targets, beta);
        }
        requireHere("smoothL1", x, targets);
        Tensor y = allocate(x.shape(), DType.F32);
        losses().smoothL1(
                        floats(x),
                        offset(x),
                        floats(targets),
                        offset(targets),
                        (float) beta,
                        floats(y),
                        offset(y),
                        size(x));
        return y;
    }

    private LossKernels losses() {
        return new LossKernels(parallel, runs);
    }

    // Optimizers

    @Override
    public void sgdStep(
            Tensor value, Tensor gradient, Tensor buffer, double learningRate, double momentum, double weightDecay) {
        if (value.dtype() != DType.F32) {
            super.sgdStep(value, gradient, buffer, learningRate, momentum, weightDecay);
            return;
        }
        requireStep(value, gradient, buffer);
        float[] values = floats(value);
        float[] gradients = floats(gradient);
        float[] buffers = floats(buffer);
        int vOff = offset(value);
        int gOff = offset(gradient);
        int bOff = offset(buffer);
        parallel.forRange(
                size(value),
                Broadcast.GRAIN,
                (from, to) -> OptimizerKernels.sgd(
                        values,
                        vOff + from,
                        gradients,
                        gOff + from,
                        buffers,
                        bOff + from,
                        (float) learningRate,
                        (float) momentum,
                        (float) weightDecay,
                        to - from));
        buffer.storage().bumpVersion();
        value.storage().bumpVersion();
    }

    @Override
    public void adamwStep(
            Tensor value, Tensor gradient, Tensor average, Tensor squareAverage, int step, AdamWSettings settings) {
        if (value.dtype() != DType.F32) {
            super.adamwStep(value, gradient, average, squareAverage, step, settings);
            return;
        }
        requireStep(value, gradient, average, squareAverage);
        OptimizerKernels.AdamW factors = OptimizerKernels.AdamW.of(step, settings);
        float[] values = floats(value);
        float[] gradients = floats(gradient);
        float[] averages = floats(average);
        float[] squares = floats(squareAverage);
        int vOff = offset(value);
        int gOff = offset(gradient);
        int aOff = offset(average);
        int sOff = offset(squareAverage);
        parallel.forRange(
                size(value),
                Broadcast.GRAIN,
                (from, to) -> OptimizerKernels.adamW(
                        factors,
                        values,
                        vOff + from,
                        gradients,
                        gOff + from,
                        averages,
                        aOff + from,
                        squares,
                        sOff + from,
                        to - from));
        average.storage().bumpVersion();
        squareAverage.storage().bumpVersion();
        value.storage().bumpVersion();
    }
}
