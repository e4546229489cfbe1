package dev.retort.kernels.device;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.TunableKernels;
import dev.retort.tensor.dense.FusedGuards;
import java.util.List;

/**
 * A backend on a {@link Device}: every operation is one or a few kernels on its queue, none is computed on the host. The host waits
 * where values are read: downloads, and indices or integer divisors that a kernel made and that have to be checked.
 *
 * <p>This class fuses composed operations; the core ones are in {@link DeviceOperations}.
 */
public final class DeviceBackend extends DeviceOperations implements TunableKernels {
    private static final FusedGuards FUSED = new FusedGuards(DType.F32, DType.F64);

    /**
     * @param name the backend's
     * @param limit the most bytes of device memory to use
     */
    public DeviceBackend(String name, Device device, long limit) {
        super(name, device, limit);
    }

    /** The shapes of its product kernels. */
    public DeviceTuning tuning() {
        return products.tuning();
    }

    /** Takes other shapes of product kernels from now on. Results differ in their last digits. */
    public void use(DeviceTuning tuning) {
        products.use(tuning);
    }

    @Override
    public List<Setting> settings() {
        return tuning().candidates(traits().cpu()).stream()
                .<Setting>map(TuningSetting::new)
                .toList();
    }

    @Override
    public String fileVariable() {
        return DeviceTuning.FILE_ENVIRONMENT;
    }

    private final class TuningSetting implements Setting {
        private final DeviceTuning tuning;

        TuningSetting(DeviceTuning tuning) {
            this.tuning = tuning;
        }

        @Override
        public void use() {
            DeviceBackend.this.use(tuning);
        }

        @Override
        public String text() {
            return tuning.text(traits());
        }

        @Override
        public String toString() {
            return tuning.toString();
        }
    }

    /** What the device says of itself. */
    public DeviceTraits traits() {
        return device.traits();
    }

    // Products

    @Override
    public Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        if (!FUSED.linear(x, weight, bias)) {
            return super.linear(x, weight, bias);
        }
        requireHere("linear", x, weight, bias);
        int in = weight.dim(1);
        return result(
                x.shape().with(-1, weight.dim(0)),
                x.dtype(),
                y -> products.linear(x, weight, Math.toIntExact(x.size() / in), bias, y));
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Tensor bias, Tensor addend, Conv2dSpec spec, boolean relu) {
        if (!FUSED.convolution(x, weight, bias, addend, spec)) {
            return super.convolution(x, weight, bias, addend, spec, relu);
        }
        requireHere("convolution", bias, addend);
        Epilogue epilogue = new Epilogue(bias, addend, relu);
        return conv2d(x, weight, spec, y -> convolutions.forward(x, weight, spec, epilogue, y));
    }

    // Activations

    @Override
    public Tensor reluGradient(Tensor y, Tensor g) {
        if (!FUSED.elementwise(y, g)) {
            return super.reluGradient(y, g);
        }
        requireHere("reluGradient", y, g);
        return result(y.shape(), y.dtype(), dx -> queue.kernel("unary", y.dtype(), "relu_gradient")
                .number(size(y))
                .in(y)
                .in(g)
                .out(dx)
                .over(Grid.of(size(y))));
    }

    // Rows

    private static Grid rows(Tensor x) {
        return Grid.rows(Math.toIntExact(x.size() / x.dim(-1)));
    }

    @Override
    public Tensor softmax(Tensor x, int axis) {
        return FUSED.rows(x, axis) ? row("softmax", "softmax", x) : super.softmax(x, axis);
    }

    @Override
    public Tensor logSoftmax(Tensor x, int axis) {
        return FUSED.rows(x, axis) ? row("logSoftmax", "log_softmax", x) : super.logSoftmax(x, axis);
    }

    private Tensor row(String operation, String function, Tensor x) {
        requireHere(operation, x);
        return result(x.shape(), x.dtype(), y -> queue.kernel("rows", x.dtype(), function)
                .number(x.dim(-1))
                .in(x)
                .out(y)
                .over(rows(x)));
    }

    @Override
    public Tensor softmaxGradient(Tensor y, Tensor g, int axis) {
        if (!FUSED.softmaxGradient(y, g, axis)) {
            return super.softmaxGradient(y, g, axis);
        }
        requireHere("softmaxGradient", y, g);
        return result(y.shape(), y.dtype(), dx -> queue.kernel("rows", y.dtype(), "softmax_gradient")
                .number(y.dim(-1))
                .in(y)
                .in(g)
                .out(dx)
                .over(rows(y)));
    }

    @Override
    public Tensor layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        if (!FUSED.layerNorm(x, gamma, beta)) {
            return super.layerNorm(x, gamma, beta, eps);
        }
        requireHere("layerNorm", x, gamma, beta);
        return result(x.shape(), x.dtype(), y -> queue.kernel("rows", x.dtype(), "layer_norm")
                .number(x.dim(-1))
                .value(x.dtype(), eps)
                .number(gamma == null ? 0 : 1)
                .number(beta == null ? 0 : 1)
                .in(x)
                .in(gamma == null ? x : gamma)
                .in(beta == null ? x : beta)
                .out(y)
                .over(rows(x)));
    }

    @Override
    public NormGradient layerNormGradient(Tensor x, Tensor gamma, double eps, Tensor g) {
        if (!FUSED.layerNormGradient(x, gamma, g)) {
            return super.layerNormGradient(x, gamma, eps, g);
        }
        requireHere("layerNormGradient", x, gamma, g);
        try (Scope scope = Scope.open()) {
            Tensor dx = allocate(x.shape(), x.dtype());
            Tensor scaled = allocate(x.shape(), x.dtype());
            queue.kernel("rows", x.dtype(), "layer_norm_gradient")
                    .number(x.dim(-1))
                    .value(x.dtype(), eps)
                    .number(gamma == null ? 0 : 1)
                    .in(x)
                    .in(gamma == null ? x : gamma)
                    .in(g)
                    .out(dx)
                    .out(scaled)
                    .over(rows(x));
            if (gamma == null) {
                return new NormGradient(scope.keep(dx), null, null);
            }
            int rows = Math.toIntExact(x.size() / x.dim(-1));
            Tensor dGamma = allocate(gamma.shape(), x.dtype());
            Tensor dBeta = allocate(gamma.shape(), x.dtype());
            reductions.sumRows(scaled, rows, dGamma);
            reductions.sumRows(g, rows, dBeta);
            return new NormGradient(scope.keep(dx), scope.keep(dGamma), scope.keep(dBeta));
        }
    }

    // Losses

    @Override
    public Tensor sigmoidFocalLoss(Tensor x, Tensor targets, double alpha, double gamma) {
        if (!FUSED.elementwise(x, targets)) {
            return super.sigmoidFocalLoss(x, targets, alpha, gamma);
        }
        requireHere("sigmoidFocalLoss", x, targets);
        return result(
                x.shape(),
                x.dtype(),
                y -> focal("focal", x, alpha, gamma).in(x).in(targets).out(y).over(Grid.of(size(x))));
    }

    @Override
    public Tensor sigmoidFocalLossGradient(Tensor x, Tensor targets, double alpha, double gamma, Tensor g) {
        if (!FUSED.elementwise(x, targets, g)) {
            return super.sigmoidFocalLossGradient(x, targets, alpha, gamma, g);
        }
        requireHere("sigmoidFocalLossGradient", x, targets, g);
        return result(x.shape(), x.dtype(), dx -> focal("focal_gradient", x, alpha, gamma)
                .in(x)
                .in(targets)
                .in(g)
                .out(dx)
                .over(Grid.of(size(x))));
    }

    /** With the weight of a target t, alpha*t + (1 - alpha)(1 - t), as base + slope*t; 1 if alpha is negative. */
    private Launch focal(String function, Tensor x, double alpha, double gamma) {
        return queue.kernel("loss", x.dtype(), function)
                .number(size(x))
                .value(x.dtype(), gamma)
                .value(x.dtype(), alpha < 0 ? 1 : 1 - alpha)
                .value(x.dtype(), alpha < 0 ? 0 : 2 * alpha - 1);
    }

    @Override
    public Tensor bceWithLogits(Tensor x, Tensor targets) {
        if (!FUSED.elementwise(x, targets)) {
            return super.bceWithLogits(x, targets);
        }
        requireHere("bceWithLogits", x, targets);
        return result(x.shape(), x.dtype(), y -> queue.kernel("loss", x.dtype(), "bce")
                .number(size(x))
                .in(x)
                .in(targets)
                .out(y)
                .over(Grid.of(size(x))));
    }

    @Override
    public Tensor smoothL1(Tensor x, Tensor targets, double beta) {
        if (!FUSED.smoothL1(x, targets, beta)) {
            return super.smoothL1(x, targets, beta);
        }
        requireHere("smoothL1", x, targets);
        return result(x.shape(), x.dtype(), y -> queue.kernel("loss", x.dtype(), "smooth_l1")
                .number(size(x))
                .value(x.dtype(), beta)
                .in(x)
                .in(targets)
                .out(y)
                .over(Grid.of(size(x))));
    }

    // Optimizers

    @Override
    public void sgdStep(
            Tensor value, Tensor gradient, Tensor buffer, double learningRate, double momentum, double weightDecay) {
        requireStep(value, gradient, buffer);
        DType type = value.dtype();
        queue.kernel("optimizer", type, "sgd")
                .number(size(value))
                .in(scalars.of("sgd", type, learningRate, momentum, weightDecay))
                .in(gradient)
                .out(buffer)
                .out(value)
                .over(Grid.of(size(value)));
        buffer.storage().bumpVersion();
        value.storage().bumpVersion();
    }

    @Override
    public void adamwStep(
            Tensor value, Tensor gradient, Tensor average, Tensor squareAverage, int step, AdamWSettings s) {
        requireStep(value, gradient, average, squareAverage);
        DType type = value.dtype();
        Device.Block settings = scalars.of(
                "adamw",
                type,
                1 - s.learningRate() * s.weightDecay(),
                s.beta1(),
                1 - s.beta1(),
                s.beta2(),
                1 - s.beta2(),
                1 / Math.sqrt(1 - StrictMath.pow(s.beta2(), step)),
                s.eps(),
                s.learningRate() / (1 - StrictMath.pow(s.beta1(), step)));
        queue.kernel("optimizer", type, "adamw")
                .number(size(value))
                .in(settings)
                .in(gradient)
                .out(average)
                .out(squareAverage)
                .out(value)
                .over(Grid.of(size(value)));
        average.storage().bumpVersion();
        squareAverage.storage().bumpVersion();
        value.storage().bumpVersion();
    }
}
