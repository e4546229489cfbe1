package dev.retort.bench.network;

/**
 * A convolution of a network, of square kernel and padding kernel/2, on one image.
 *
 * @param name where it stands first in the network
 * @param height rows of its input
 * @param width columns of its input
 * @param gradient what training asks of it
 * @param count how often the network has this very layer
 */
public record ConvLayer(
        String name, int height, int width, int in, int out, int kernel, int stride, Gradient gradient, int count) {
    private static final int FLOAT = Float.BYTES;

    /** Which gradients are computed in training. */
    public enum Gradient {
        /** It is frozen, and so is all before it. */
        NONE,
        /** Of the weight alone: nothing before it is trained. */
        WEIGHT,
        /** Of the weight and of the input. */
        BOTH
    }

    /** Rows of its output. */
    public int outHeight() {
        return (height - 1) / stride + 1;
    }

    /** Columns of its output. */
    public int outWidth() {
        return (width - 1) / stride + 1;
    }

    /** Floating-point operations of one forward pass; each gradient has as many. */
    public double operations() {
        return 2.0 * outHeight() * outWidth() * out * weightDepth();
    }

    private long weightDepth() {
        return (long) kernel * kernel * in;
    }

    /** Numbers of the input. */
    public long inputSize() {
        return (long) height * width * in;
    }

    /** Numbers of the output. */
    public long outputSize() {
        return (long) outHeight() * outWidth() * out;
    }

    /** Numbers of the weight. */
    public long weightSize() {
        return weightDepth() * out;
    }

    /** Bytes that a pass, forward or one gradient, has to move at least: input, weight and output once each. */
    public double bytes() {
        return (double) FLOAT * (inputSize() + weightSize() + outputSize());
    }

    /** How many passes a backward has: 0, 1 or 2. */
    public int gradients() {
        return gradient.ordinal();
    }

    /** Kernel, stride, channels and size, as in {@code 3x3s1-256to256-100x152}. */
    public String geometry() {
        return kernel + "x" + kernel + "s" + stride + "-" + in + "to" + out + "-" + height + "x" + width;
    }

    /** The same layer, there {@code changed} times. */
    public ConvLayer withCount(int changed) {
        return new ConvLayer(name, height, width, in, out, kernel, stride, gradient, changed);
    }
}
