package dev.retort.kernels.device;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Shape;

/** The numbers of a convolution; channels and outputs are those of one group. */
record ConvolutionNumbers(Shape input, Shape weight, Shape output, Conv2dSpec spec) {
    int channels() {
        return weight.dim(3);
    }

    int outputs() {
        return weight.dim(0) / spec.groups();
    }

    int groups() {
        return spec.groups();
    }

    /** Whether every window is the pixel at its own place. */
    boolean isPointwise() {
        return taps() == 1
                && output.dim(1) == input.dim(1)
                && output.dim(2) == input.dim(2)
                && spec.padH() == 0
                && spec.padW() == 0;
    }

    int taps() {
        return weight.dim(1) * weight.dim(2);
    }

    int inputPixels() {
        return input.dim(0) * input.dim(1) * input.dim(2);
    }

    int outputPixels() {
        return output.dim(0) * output.dim(1) * output.dim(2);
    }

    double operations() {
        return 2.0 * outputPixels() * taps() * channels() * weight.dim(0);
    }

    int[] struct() {
        return new int[] {
            input.dim(0),
            input.dim(1),
            input.dim(2),
            input.dim(3),
            output.dim(1),
            output.dim(2),
            output.dim(3),
            weight.dim(1),
            weight.dim(2),
            spec.strideH(),
            spec.strideW(),
            spec.padH(),
            spec.padW(),
            spec.dilationH(),
            spec.dilationW(),
            channels(),
            outputs()
        };
    }
}
