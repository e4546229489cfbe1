package dev.retort.kernels.device;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Tensor;

/** Convolutions and their gradients as products of matrices: in vector registers on a CPU, in tiles on a GPU. */
final class Convolutions {
    /** How a kind of device makes them; no result is empty. */
    interface Kernels {
        /** y = x convolved with {@code weight}, finished by the epilogue. */
        void forward(ConvolutionNumbers n, Tensor x, Tensor weight, Epilogue epilogue, Tensor y);

        /** dx: the gradient for the input. */
        void inputGradient(ConvolutionNumbers n, Tensor g, Tensor weight, Tensor dx);

        /** dw: the gradient for the weight. */
        void weightGradient(ConvolutionNumbers n, Tensor x, Tensor g, Tensor dw);
    }

    private final Products products;
    private final Kernels wide;
    private final Kernels tiled;

    Convolutions(DeviceMovement ops, Products products, Reductions reductions) {
        this.products = products;
        WeightChunks chunks = new WeightChunks(ops, reductions);
        wide = new WideConvolutions(ops, products, chunks);
        tiled = new TiledConvolutions(ops, products, chunks);
    }

    private Kernels kernels() {
        return products.wide != null ? wide : tiled;
    }

    void forward(Tensor x, Tensor weight, Conv2dSpec spec, Epilogue epilogue, Tensor y) {
        if (y.size() > 0) {
            kernels()
                    .forward(
                            new ConvolutionNumbers(x.shape(), weight.shape(), y.shape(), spec), x, weight, epilogue, y);
        }
    }

    void inputGradient(Tensor g, Tensor weight, Conv2dSpec spec, Tensor dx) {
        if (dx.size() > 0) {
            kernels().inputGradient(new ConvolutionNumbers(dx.shape(), weight.shape(), g.shape(), spec), g, weight, dx);
        }
    }

    void weightGradient(Tensor x, Tensor g, Conv2dSpec spec, Tensor dw) {
        if (dw.size() > 0) {
            kernels().weightGradient(new ConvolutionNumbers(x.shape(), dw.shape(), g.shape(), spec), x, g, dw);
        }
    }
}
