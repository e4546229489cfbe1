package dev.retort.tensor.reference;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.Elements;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * 2-d convolution as a matrix product, image by image and group by group. The columns of an image are the matrix
 * [H'W', kH*kW*C] whose row (h', w') is the window that output pixel (h', w') sees, zero outside the image (C, O: input
 * and output channels of the group). With the weight W as [O, kH*kW*C] and G the gradient of Y:
 * {@code Y = columns W^T}, {@code dcolumns = G W}, {@code dW = G^T columns}.
 */
final class Convolutions {
    private final Shape input;
    private final int channels;
    private final int outputs;
    private final int window;
    private final int pixels;
    private final Conv2dSpec spec;
    /** For output pixel p and kernel place t, at p*kH*kW + t: the input pixel h*W + w under it, or -1 for padding. */
    private final int[] under;

    private Convolutions(Shape input, Shape weight, Conv2dSpec spec) {
        Shape output = spec.outputShape(input, weight);
        this.input = input;
        this.spec = spec;
        channels = weight.dim(3);
        outputs = weight.dim(0) / spec.groups();
        window = weight.dim(1) * weight.dim(2);
        pixels = output.dim(1) * output.dim(2);
        under = new int[pixels * window];
        int i = 0;
        for (int outY = 0; outY < output.dim(1); outY++) {
            for (int outX = 0; outX < output.dim(2); outX++) {
                for (int kernelY = 0; kernelY < weight.dim(1); kernelY++) {
                    for (int kernelX = 0; kernelX < weight.dim(2); kernelX++) {
                        int y = outY * spec.strideH() - spec.padH() + kernelY * spec.dilationH();
                        int x = outX * spec.strideW() - spec.padW() + kernelX * spec.dilationW();
                        boolean inside = y >= 0 && y < input.dim(1) && x >= 0 && x < input.dim(2);
                        under[i++] = inside ? y * input.dim(2) + x : -1;
                    }
                }
            }
        }
    }

    static void forward(Tensor x, Tensor weight, Conv2dSpec spec, Tensor y) {
        Convolutions c = new Convolutions(x.shape(), weight.shape(), spec);
        double[] values = read(x);
        Elements to = Elements.of(y);
        for (int group = 0; group < spec.groups(); group++) {
            DMatrixRMaj transposed = CommonOps_DDRM.transpose(c.weight(weight, group), null);
            for (int image = 0; image < c.input.dim(0); image++) {
                DMatrixRMaj product = MatrixProducts.multiply(c.columns(values, image, group), transposed);
                for (int pixel = 0; pixel < c.pixels; pixel++) {
                    for (int o = 0; o < c.outputs; o++) {
                        to.set(c.outputPlace(image, pixel, group, o), product.unsafe_get(pixel, o));
                    }
                }
            }
        }
    }

    static void inputGradient(Tensor g, Tensor weight, Shape input, Conv2dSpec spec, Tensor y) {
        Convolutions c = new Convolutions(input, weight.shape(), spec);
        double[] sums = new double[(int) input.size()];
        for (int group = 0; group < spec.groups(); group++) {
            DMatrixRMaj matrix = c.weight(weight, group);
            for (int image = 0; image < input.dim(0); image++) {
                DMatrixRMaj columns = MatrixProducts.multiply(c.gradient(g, image, group), matrix);
                for (int i = 0; i < c.under.length; i++) {
                    if (c.under[i] >= 0) {
                        int place = c.inputPlace(image, c.under[i], group);
                        for (int channel = 0; channel < c.channels; channel++) {
                            sums[place + channel] += columns.data[i * c.channels + channel];
                        }
                    }
                }
            }
        }
        write(sums, y);
    }

    static void weightGradient(Tensor x, Tensor g, Shape weight, Conv2dSpec spec, Tensor y) {
        Convolutions c = new Convolutions(x.shape(), weight, spec);
        double[] values = read(x);
        double[] sums = new double[(int) weight.size()];
        for (int group = 0; group < spec.groups(); group++) {
            for (int image = 0; image < c.input.dim(0); image++) {
                DMatrixRMaj transposed = CommonOps_DDRM.transpose(c.gradient(g, image, group), null);
                DMatrixRMaj product = MatrixProducts.multiply(transposed, c.columns(values, image, group));
                int start = group * product.getNumElements();
                for (int i = 0; i < product.getNumElements(); i++) {
                    sums[start + i] += product.data[i];
                }
            }
        }
        write(sums, y);
    }

    private DMatrixRMaj columns(double[] x, int image, int group) {
        DMatrixRMaj columns = new DMatrixRMaj(pixels, window * channels);
        for (int i = 0; i < under.length; i++) {
            if (under[i] >= 0) {
                System.arraycopy(x, inputPlace(image, under[i], group), columns.data, i * channels, channels);
            }
        }
        return columns;
    }

    /** The rows of one group: weights are stored [O, kH, kW, C], which is the matrix already. */
    private DMatrixRMaj weight(Tensor weight, int group) {
        DMatrixRMaj matrix = new DMatrixRMaj(outputs, window * channels);
        Elements from = Elements.of(weight);
        for (int i = 0; i < matrix.getNumElements(); i++) {
            matrix.data[i] = from.get(group * matrix.getNumElements() + i);
        }
        return matrix;
    }

    /** One image and group of the output's gradient: [H'W', O]. */
    private DMatrixRMaj gradient(Tensor g, int image, int group) {
        DMatrixRMaj matrix = new DMatrixRMaj(pixels, outputs);
        Elements from = Elements.of(g);
        for (int pixel = 0; pixel < pixels; pixel++) {
            for (int o = 0; o < outputs; o++) {
                matrix.unsafe_set(pixel, o, from.get(outputPlace(image, pixel, group, o)));
            }
        }
        return matrix;
    }

    private int inputPlace(int image, int pixel, int group) {
        return (image * input.dim(1) * input.dim(2) + pixel) * input.dim(3) + group * channels;
    }

    private int outputPlace(int image, int pixel, int group, int output) {
        return ((image * pixels + pixel) * spec.groups() + group) * outputs + output;
    }

    private static double[] read(Tensor x) {
        Elements from = Elements.of(x);
        double[] values = new double[(int) x.size()];
        Arrays.setAll(values, from::get);
        return values;
    }

    private static void write(double[] values, Tensor y) {
        Elements to = Elements.of(y);
        for (int i = 0; i < values.length; i++) {
            to.set(i, values[i]);
        }
    }
}
