package dev.retort.kernels.device;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.dense.ConvolutionGeometry;

/** Convolutions and their gradients as products of matrices: in vector registers on a CPU, in tiles on a GPU. */
final class Convolutions {
    /** How a kind of device makes them; no result is empty. */
    interface Kernels {
        /** y = x convolved with {@code weight}, finished by the epilogue. */
        void forward(ConvolutionGeometry geometry, Tensor x, Tensor weight, Epilogue epilogue, Tensor y);

        /** dx: the gradient for the input. */
        void inputGradient(ConvolutionGeometry geometry, Tensor g, Tensor weight, Tensor dx);

        /** dw: the gradient for the weight. */
        void weightGradient(ConvolutionGeometry geometry, Tensor x, Tensor g, Tensor dw);
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

    /** The struct Convolution of the kernels; channels and outputs are those of one group. */
    static int[] struct(ConvolutionGeometry g) {
        return new int[] {
            g.images(),
            g.height(),
            g.width(),
            g.inputs(),
            g.outHeight(),
            g.outWidth(),
            g.outputs(),
            g.kernelHeight(),
            g.kernelWidth(),
            g.strideY(),
            g.strideX(),
            g.padTop(),
            g.padLeft(),
            g.dilationY(),
            g.dilationX(),
            g.groupInputs(),
            g.groupOutputs()
        };
    }

    private Kernels kernels() {
        return products.wide != null ? wide : tiled;
    }

    void forward(Tensor x, Tensor weight, Conv2dSpec spec, Epilogue epilogue, Tensor y) {
        if (y.size() > 0) {
            kernels().forward(ConvolutionGeometry.of(x.shape(), weight.shape(), spec), x, weight, epilogue, y);
        }
    }

    void inputGradient(Tensor g, Tensor weight, Conv2dSpec spec, Tensor dx) {
        if (dx.size() > 0) {
            kernels().inputGradient(ConvolutionGeometry.of(dx.shape(), weight.shape(), spec), g, weight, dx);
        }
    }

    void weightGradient(Tensor x, Tensor g, Conv2dSpec spec, Tensor dw) {
        if (dw.size() > 0) {
            kernels().weightGradient(ConvolutionGeometry.of(x.shape(), dw.shape(), spec), x, g, dw);
        }
    }
}
