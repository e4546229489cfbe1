package dev.retort.bench.peer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What LibTorch does for each {@code kind} of task, see {@link dev.retort.bench.work.Work}. */
enum LibtorchWork {
    GEMM(LibtorchWork::gemm),
    SOFTMAX(unary(x -> x.softmax(1))),
    LAYER_NORM(LibtorchWork::layerNorm),
    ADD(LibtorchWork::add),
    RELU(unary(JniUtils::relu)),
    EXP(unary(JniUtils::exp)),
    SIGMOID(unary(JniUtils::sigmoid)),
    SUM_ALL(unary(JniUtils::sum)),
    SUM_PIXELS(unary(x -> JniUtils.sum(x, new long[] {0}, false))),
    /** A view has nothing to move; flattening it does. */
    PERMUTE(unary(x -> x.transpose().flatten())),
    CONVOLUTION(LibtorchWork::convolution),
    MAX_POOL(LibtorchWork::maxPool),
    RELU_MAP(LibtorchWork::reluMap),
    RESIDUAL(LibtorchWork::residual),
    FROZEN_NORM(LibtorchWork::frozenNorm),
    UPSAMPLE(LibtorchWork::upsample);

    private static final double EPSILON = 1e-5;
    private static final int NEAREST = 0;
    private static final Shape EACH = new Shape(1, 1);

    private final Function<LibtorchOperands, Supplier<NDList>> setup;

    LibtorchWork(Function<LibtorchOperands, Supplier<NDList>> setup) {
        this.setup = setup;
    }

    /** The task's work, null if it is none of these. */
    static LibtorchWork of(Map<String, Object> task) {
        for (LibtorchWork work : values()) {
            if (work.name().toLowerCase(Locale.ROOT).equals(task.get("kind"))) {
                return work;
            }
        }
        return null;
    }

    /** Whether the layout of memory can be chosen. */
    boolean onImages() {
        return compareTo(CONVOLUTION) >= 0;
    }

    /** Makes the operands; the call returns its results, or the gradients where the task asks for them. */
    Supplier<NDList> with(LibtorchOperands operands) {
        return setup.apply(operands);
    }

    private static Supplier<NDList> gemm(LibtorchOperands operands) {
        int batch = operands.extent("batch");
        int m = operands.extent("m");
        int n = operands.extent("n");
        int k = operands.extent("k");
        PtNDArray a = batch == 1 ? operands.random(m, k) : operands.random(batch, m, k);
        PtNDArray b = batch == 1 ? operands.random(k, n) : operands.random(batch, k, n);
        return () -> new NDList(JniUtils.matmul(a, b));
    }

    private static Function<LibtorchOperands, Supplier<NDList>> unary(UnaryOperator<PtNDArray> operation) {
        return operands -> {
            PtNDArray x = operands.matrix();
            return () -> new NDList(operation.apply(x));
        };
    }

    private static Supplier<NDList> add(LibtorchOperands operands) {
        PtNDArray a = operands.matrix();
        PtNDArray b = operands.matrix();
        return () -> new NDList(a.add(b));
    }

    private static Supplier<NDList> layerNorm(LibtorchOperands operands) {
        PtNDArray x = operands.matrix();
        Shape columns = new Shape(operands.extent("columns"));
        PtNDArray gamma = operands.random(columns.getShape());
        PtNDArray beta = operands.random(columns.getShape());
        return () -> new NDList(JniUtils.layerNorm(x, columns, gamma, beta, EPSILON));
    }

    private static Supplier<NDList> convolution(LibtorchOperands operands) {
        int kernel = operands.extent("kernel");
        PtNDArray x = operands.image();
        PtNDArray w = operands.image(operands.extent("out"), operands.extent("in"), kernel, kernel);
        Shape stride = square(operands.extent("stride"));
        Shape padding = square(kernel / 2);
        // The first layer's input is an image: nobody asks for its gradient.
        int leaves = operands.flag("input_gradient") ? 2 : 1;
        return passes(operands, leaves, of -> JniUtils.convolution(of[1], of[0], null, stride, padding, EACH, 1), w, x);
    }

    private static Supplier<NDList> maxPool(LibtorchOperands operands) {
        int kernel = operands.extent("kernel");
        Shape size = square(kernel);
        Shape stride = square(operands.extent("stride"));
        Shape padding = square(kernel / 2);
        return passes(operands, 1, of -> JniUtils.maxPool(of[0], size, stride, padding, false), operands.image());
    }

    private static Supplier<NDList> reluMap(LibtorchOperands operands) {
        return passes(operands, 1, of -> JniUtils.relu(of[0]), operands.image());
    }

    /** Both branches take the one gradient; asked for twice, it would be copied. */
    private static Supplier<NDList> residual(LibtorchOperands operands) {
        return passes(operands, 1, of -> JniUtils.relu(of[0].add(of[1])), operands.image(), operands.image());
    }

    private static Supplier<NDList> frozenNorm(LibtorchOperands operands) {
        PtNDArray x = operands.image();
        PtNDArray scale = operands.image(1, operands.extent("in"), 1, 1);
        PtNDArray shift = operands.image(1, operands.extent("in"), 1, 1);
        return passes(operands, 1, of -> of[0].mul(of[1]).add(of[2]), x, scale, shift);
    }

    private static Supplier<NDList> upsample(LibtorchOperands operands) {
        long[] size = {2L * operands.extent("height"), 2L * operands.extent("width")};
        return passes(operands, 1, of -> JniUtils.interpolate(of[0], size, NEAREST, false), operands.image());
    }

    private static Shape square(long extent) {
        return new Shape(extent, extent);
    }

    /**
     * {@code forward} of the operands, or, where the task asks for gradients, both passes from an output gradient of random
     * numbers.
     *
     * @param leaves so many operands, the first ones, get gradients
     */
    private static Supplier<NDList> passes(
            LibtorchOperands operands, int leaves, Function<PtNDArray[], PtNDArray> forward, PtNDArray... of) {
        if (!operands.flag("backward")) {
            return () -> new NDList(forward.apply(of));
        }
        Shape shape;
        try (NDScope scope = new NDScope()) {
            shape = forward.apply(of).getShape();
        }
        PtNDArray gradient = operands.image(shape.get(0), shape.get(1), shape.get(2), shape.get(3));
        return () -> gradients(leaves, forward, of, gradient);
    }

    /**
     * Leaves are new views of the operands at each call: LibTorch adds to the gradient that a leaf has already, which would be
     * work that this side does not do.
     */
    private static NDList gradients(
            int leaves, Function<PtNDArray[], PtNDArray> forward, PtNDArray[] operands, PtNDArray gradient) {
        PtNDArray[] of = operands.clone();
        for (int i = 0; i < leaves; i++) {
            of[i] = JniUtils.detachGradient(operands[i]);
            of[i].setRequiresGradient(true);
        }
        JniUtils.setGradMode(true);
        try {
            JniUtils.backward(forward.apply(of), gradient, false, false);
        } finally {
            JniUtils.setGradMode(false);
        }
        NDArray[] results = new NDArray[leaves];
        for (int i = 0; i < leaves; i++) {
            results[i] = of[i].getGradient();
        }
        return new NDList(results);
    }
}
