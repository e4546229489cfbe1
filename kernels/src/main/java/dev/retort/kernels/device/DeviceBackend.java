package dev.retort.kernels.device;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/**
 * A backend on a {@link Device}: every operation is one or a few kernels on its queue, none is computed on the host. The host waits
 * where values are read: downloads, and indices or integer divisors that a kernel made and that have to be checked.
 *
 * <p>This class fuses composed operations; the core ones are in {@link DeviceOperations}.
 */
public final class DeviceBackend extends DeviceOperations {
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

    /** What the device says of itself. */
    public DeviceTraits traits() {
        return device.traits();
    }

    /** Whether all that are given have this dtype. */
    private static boolean allOf(DType dtype, Tensor... operands) {
        for (Tensor operand : operands) {
            if (operand != null && operand.dtype() != dtype) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVector(Tensor vector, int length) {
        return vector == null || vector.shape().equals(Shape.of(length));
    }

    private void requireHere(DType dtype, Tensor... operands) {
        for (Tensor operand : operands) {
            if (operand != null) {
                require(Operation.BINARY, dtype, operand);
            }
        }
    }

    // Products

    @Override
    public Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        boolean fits = weight.shape().rank() == 2
                && x.shape().rank() > 0
                && weight.dim(1) > 0
                && x.dim(-1) == weight.dim(1)
                && bias != null
                && x.dtype().isFloating()
                && allOf(x.dtype(), weight, bias)
                && isVector(bias, weight.dim(0));
        if (!fits) {
            return super.linear(x, weight, bias);
        }
        requireHere(x.dtype(), x, weight, bias);
        int in = weight.dim(1);
        Tensor y = allocate(x.shape().with(-1, weight.dim(0)), x.dtype());
        products.linear(x, weight, Math.toIntExact(x.size() / in), bias, y);
        return y;
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Tensor bias, Tensor addend, Conv2dSpec spec, boolean relu) {
        boolean fits = x.dtype().isFloating()
                && allOf(x.dtype(), weight, bias, addend)
                && (bias == null || weight.shape().rank() == 4 && isVector(bias, weight.dim(0)))
                && (addend == null || addend.shape().equals(spec.outputShape(x.shape(), weight.shape())));
        if (!fits) {
            return super.convolution(x, weight, bias, addend, spec, relu);
        }
        requireHere(x.dtype(), bias, addend);
        Tensor y = allocateConv2d(x, weight, spec);
        convolutions.forward(x, weight, spec, new Epilogue(bias, addend, relu), y);
        return y;
    }

    // Activations

    @Override
    public Tensor reluGradient(Tensor y, Tensor g) {
        if (!y.dtype().isFloating() || g.dtype() != y.dtype() || !g.shape().equals(y.shape())) {
            return super.reluGradient(y, g);
        }
        requireHere(y.dtype(), y, g);
        Tensor dx = allocate(y.shape(), y.dtype());
        queue.kernel("unary", y.dtype(), "relu_gradient")
                .number(size(y))
                .in(y)
                .in(g)
                .out(dx)
                .over(Grid.of(size(y)));
        return dx;
    }

    // Optimisers

    @Override
    public void sgdStep(
            Tensor value, Tensor gradient, Tensor buffer, double rate, double momentum, double weightDecay) {
        requireStep(value, gradient, buffer);
        DType type = value.dtype();
        queue.kernel("optimizer", type, "sgd")
                .number(size(value))
                .value(type, rate)
                .value(type, momentum)
                .value(type, weightDecay)
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
        queue.kernel("optimizer", type, "adamw")
                .number(size(value))
                .value(type, 1 - s.rate() * s.weightDecay())
                .value(type, s.beta1())
                .value(type, 1 - s.beta1())
                .value(type, s.beta2())
                .value(type, 1 - s.beta2())
                .value(type, 1 / Math.sqrt(1 - StrictMath.pow(s.beta2(), step)))
                .value(type, s.eps())
                .value(type, s.rate() / (1 - StrictMath.pow(s.beta1(), step)))
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
