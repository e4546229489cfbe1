package dev.retort.bench.tune;

import dev.retort.kernels.simd.internal.engine.Convolution;
import dev.retort.kernels.simd.internal.product.Epilogue;
import dev.retort.tensor.dense.ConvolutionGeometry;

/** What is computed of a layer. */
enum Pass {
    FORWARD {
        @Override
        void run(
                Convolution<float[]> convolution, ConvolutionGeometry shape, int off, float[] x, float[] w, float[] y) {
            convolution.forward(shape, x, off, w, off, y, off, Epilogue.none());
        }
    },
    INPUT_GRADIENT {
        @Override
        void run(
                Convolution<float[]> convolution, ConvolutionGeometry shape, int off, float[] x, float[] w, float[] y) {
            convolution.inputGradient(shape, y, off, w, off, x, off);
        }
    },
    WEIGHT_GRADIENT {
        @Override
        void run(
                Convolution<float[]> convolution, ConvolutionGeometry shape, int off, float[] x, float[] w, float[] y) {
            convolution.weightGradient(shape, x, off, y, off, w, off);
        }
    };

    /** All arrays begin at {@code off}; x and y are maps, or their gradients, and w is the weight or its gradient. */
    abstract void run(
            Convolution<float[]> convolution, ConvolutionGeometry shape, int off, float[] x, float[] w, float[] y);
}
