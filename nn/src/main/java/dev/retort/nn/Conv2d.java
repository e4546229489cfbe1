package dev.retort.nn;

import dev.retort.autograd.Parameter;
import dev.retort.nn.init.Initializer;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Convolution, then bias or norm, then ReLU if asked. x [N, H, W, in] to [N, H', W', out]; entries: weight
 * [out, k, k, in/groups], bias [out], and the norm's under {@code norm}. A norm with fixed statistics is folded into weight
 * and bias, so that the whole is one operation.
 */
public final class Conv2d extends Module {
    private final Options options;
    private final Parameter weight;
    private final Parameter bias;
    private final ChannelNorm norm;
    private final Derived folded = new Derived();

    /**
     * What a convolution is made of; start from {@link Conv2d#of}.
     *
     * @param kernel height and width of the window
     * @param biasInit none with a norm, which brings its own shift
     */
    public record Options(
            int in,
            int out,
            int kernel,
            Conv2dSpec spec,
            Norm norm,
            boolean relu,
            Initializer weightInit,
            Optional<Initializer> biasInit) {

        public Options {
            if (in < 1 || out < 1 || kernel < 1 || in % spec.groups() != 0 || out % spec.groups() != 0) {
                throw new IllegalArgumentException("Convolution of " + in + " to " + out + " channels, kernel " + kernel
                        + ", " + spec.groups() + " group(s): all must be positive and channels divide by the groups");
            }
            if (norm != Norm.NONE && biasInit.isPresent()) {
                throw new IllegalArgumentException(
                        "A convolution with a norm has no bias of its own: ask for one of them");
            }
        }

        public Options withSpec(Conv2dSpec changed) {
            return new Options(in, out, kernel, changed, norm, relu, weightInit, biasInit);
        }

        /** Stride on both axes; the padding stays kernel/2. */
        public Options withStride(int stride) {
            return withSpec(Conv2dSpec.of(stride, kernel / 2));
        }

        /** A norm in place of the bias. */
        public Options withNorm(Norm changed) {
            return new Options(
                    in,
                    out,
                    kernel,
                    spec,
                    changed,
                    relu,
                    weightInit,
                    changed == Norm.NONE ? biasInit : Optional.empty());
        }

        public Options withRelu() {
            return new Options(in, out, kernel, spec, norm, true, weightInit, biasInit);
        }

        /** With neither bias nor norm. */
        public Options withoutBias() {
            return new Options(in, out, kernel, spec, norm, relu, weightInit, Optional.empty());
        }

        /** Other first values of weight and bias. */
        public Options withInit(Initializer changedWeight, Initializer changedBias) {
            return new Options(in, out, kernel, spec, norm, relu, changedWeight, Optional.of(changedBias));
        }
    }

    /** Stride 1, padding kernel/2, bias 0, no norm, no ReLU, weights normal with deviation sqrt(2/fan out). */
    public static Options of(int in, int out, int kernel) {
        return new Options(
                in,
                out,
                kernel,
                Conv2dSpec.of(1, kernel / 2),
                Norm.NONE,
                false,
                Initializers.heNormalFanOut(),
                Optional.of(Initializers.zeros()));
    }

    public Conv2d(BuildContext context, Options options) {
        super(context);
        this.options = options;
        int kernel = options.kernel;
        Shape shape = Shape.of(options.out, kernel, kernel, options.in / options.spec.groups());
        weight = parameter("weight", shape, options.weightInit);
        bias = options.biasInit
                .map(init -> parameter("bias", Shape.of(options.out), init))
                .orElse(null);
        norm = switch (options.norm) {
            case NONE -> null;
            case FROZEN -> child("norm", at -> new FrozenBatchNorm2d(at, options.out));
            case BATCH -> child("norm", at -> new BatchNorm2d(at, options.out));
            case SYNC -> child("norm", at -> new SyncBatchNorm2d(at, options.out));
        };
    }

    /** What this convolution is made of. */
    public Options options() {
        return options;
    }

    /** Whether anything is added to the convolution: a bias, or a norm's shift. */
    public boolean hasBias() {
        return bias != null || norm != null;
    }

    /**
     * The weight that acts while nothing is trained, [out, k, k, in/groups]: with the norm's scale in it. It belongs to this module or
     * to the current scope.
     *
     * @throws IllegalStateException if there is a norm that takes the statistics of the batch
     */
    public Tensor effectiveWeight() {
        if (norm == null) {
            return weight.value();
        }
        requireFixedNorm();
        return norm.fold(weight.value(), folded);
    }

    /**
     * The bias that acts while nothing is trained, [out]: a norm's shift. It belongs to this module or to the current scope.
     *
     * @throws IllegalStateException if there is none ({@link #hasBias}), or a norm that takes the statistics of the batch
     */
    public Tensor effectiveBias() {
        if (!hasBias()) {
            throw new IllegalStateException("This convolution has no bias");
        }
        if (norm == null) {
            return bias.value();
        }
        requireFixedNorm();
        return norm.shift();
    }

    private void requireFixedNorm() {
        if (!norm.isFixed()) {
            throw new IllegalStateException(
                    "A batch norm in training has no weights of its own: it takes the statistics of"
                            + " each batch. Set evaluation mode first: setTraining(false)");
        }
    }

    /** @throws dev.retort.tensor.ShapeException if x is not [N, H, W, in] or smaller than the window */
    public Tensor forward(Tensor x) {
        return compute(x, null, options.relu);
    }

    /** As {@link #forward(Tensor)}, but without the ReLU. */
    public Tensor beforeRelu(Tensor x) {
        return compute(x, null, false);
    }

    /**
     * With {@code addend} added before the ReLU.
     *
     * @param addend of the output's shape
     * @throws dev.retort.tensor.ShapeException if it has another, or as {@link #forward(Tensor)}
     */
    public Tensor forward(Tensor x, Tensor addend) {
        return compute(x, Objects.requireNonNull(addend, "The addend is null"), options.relu);
    }

    private Tensor compute(Tensor x, Tensor addend, boolean relu) {
        try (Scope scope = Scope.open()) {
            if (norm == null || norm.isFixed()) {
                Tensor shift = hasBias() ? effectiveBias() : null;
                return scope.keep(convolve(x, effectiveWeight(), shift, addend, relu));
            }
            Tensor y = norm.forward(convolve(x, weight.value(), null, null, false));
            Tensor sum = addend == null ? y : y.add(addend);
            return scope.keep(relu ? sum.relu() : sum);
        }
    }

    private Tensor convolve(Tensor x, Tensor w, Tensor b, Tensor addend, boolean relu) {
        Tensor[] operands = Stream.of(x, w, b, addend).filter(Objects::nonNull).toArray(Tensor[]::new);
        return Backend.of(operands).convolution(x, w, b, addend, options.spec, relu);
    }

    @Override
    public void close() {
        folded.close();
        super.close();
    }
}
