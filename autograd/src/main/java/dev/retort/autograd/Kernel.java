package dev.retort.autograd;

import dev.retort.autograd.KernelCheck.DoubleGradient;
import dev.retort.autograd.KernelCheck.DoubleKernel;
import dev.retort.autograd.KernelCheck.FloatGradient;
import dev.retort.autograd.KernelCheck.FloatKernel;
import dev.retort.tensor.DType;

/**
 * A kernel on plain arrays as a function of doubles which its type holds exactly. What the kernel gets are copies, and what it
 * returns is copied, so a kernel may reuse its buffers; what it must not do is refused in words.
 */
final class Kernel implements Subject {
    private static final int UNKNOWN = -1;

    private final DType dtype;
    private final DoubleKernel forward;
    private final DoubleGradient backward;
    private final String name;
    private int results = UNKNOWN;

    private Kernel(DType dtype, String name, DoubleKernel forward, DoubleGradient backward) {
        this.dtype = dtype;
        this.name = name;
        this.forward = forward;
        this.backward = backward;
    }

    static Kernel of(DoubleKernel forward, DoubleGradient backward) {
        return new Kernel(DType.F64, "kernel", forward, backward);
    }

    static Kernel of(FloatKernel forward, FloatGradient backward) {
        return new Kernel(
                DType.F32,
                "kernel",
                inputs -> {
                    float[][] narrow = narrow(inputs);
                    float[] y = forward.apply(narrow);
                    widen(narrow, inputs);
                    return y == null ? null : wide(y);
                },
                (inputs, upstream) -> {
                    float[][] narrow = narrow(inputs);
                    float[] g = narrow(upstream);
                    float[][] gradients = backward.apply(narrow, g);
                    widen(narrow, inputs);
                    widen(new float[][] {g}, new double[][] {upstream});
                    return gradients == null ? null : wide(gradients);
                });
    }

    /** A function that is taken for right; it has no backward kernel. */
    static Kernel twin(DoubleKernel forward) {
        return new Kernel(DType.F64, "twin", forward, null);
    }

    DType dtype() {
        return dtype;
    }

    /** The largest relative error of one rounding to the kernel's type. */
    double unit() {
        return unit(dtype);
    }

    static double unit(DType dtype) {
        return dtype == DType.F32 ? 0x1p-24 : Slopes.UNIT;
    }

    /** The nearest number of the kernel's type. */
    double rounded(double x) {
        return dtype == DType.F32 ? (float) x : x;
    }

    @Override
    public double[] value(double[][] point) {
        double[][] given = copy(point);
        double[] y = forward.apply(given);
        String who = "The " + name;
        if (y == null) {
            throw new IllegalStateException(who + " returned null: it returns its result as an array");
        }
        if (results == UNKNOWN) {
            results = y.length;
        }
        if (y.length != results) {
            throw new IllegalStateException(who + " returned " + y.length + " elements, and " + results
                    + " before: the length of its result must not change from call to call");
        }
        for (int i = 0; i < point.length; i++) {
            checkUntouched(who, "input " + i, point[i], given[i]);
        }
        return y.clone();
    }

    @Override
    public double[][] gradients(double[][] point, double[] upstream) {
        double[][] given = copy(point);
        double[] g = upstream.clone();
        double[][] gradients = backward.apply(given, g);
        String who = "The backward " + name;
        if (gradients == null || gradients.length != point.length) {
            throw new IllegalStateException(who + " returned "
                    + (gradients == null ? "null" : gradients.length + " gradients") + " for " + point.length
                    + " inputs: it returns one array for each input");
        }
        double[][] copies = new double[point.length][];
        for (int i = 0; i < point.length; i++) {
            if (gradients[i] == null) {
                throw new IllegalStateException(who + " returned null in place of the gradient of input " + i
                        + ": what has no gradient is not an input; let the lambda hold it");
            }
            if (gradients[i].length != point[i].length) {
                throw new IllegalStateException(who + " returned " + gradients[i].length
                        + " elements as the gradient of input " + i + ", which has " + point[i].length);
            }
            checkUntouched(who, "input " + i, point[i], given[i]);
            copies[i] = gradients[i].clone();
        }
        checkUntouched(who, "its upstream gradient", upstream, g);
        return copies;
    }

    private static void checkUntouched(String who, String what, double[] before, double[] after) {
        for (int i = 0; i < before.length; i++) {
            if (Double.compare(before[i], after[i]) != 0) {
                throw new IllegalStateException(who + " writes into " + what + ": element " + i + " was " + before[i]
                        + " before the call and is " + after[i] + " after it");
            }
        }
    }

    private static double[][] copy(double[][] arrays) {
        double[][] copies = new double[arrays.length][];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = arrays[i].clone();
        }
        return copies;
    }

    static float[] narrow(double[] wide) {
        float[] narrow = new float[wide.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) wide[i];
        }
        return narrow;
    }

    private static float[][] narrow(double[][] wide) {
        float[][] narrow = new float[wide.length][];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = narrow(wide[i]);
        }
        return narrow;
    }

    static double[] wide(float[] narrow) {
        double[] wide = new double[narrow.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = narrow[i];
        }
        return wide;
    }

    private static double[][] wide(float[][] narrow) {
        double[][] wide = new double[narrow.length][];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = narrow[i] == null ? null : wide(narrow[i]);
        }
        return wide;
    }

    /** Hands on what a kernel wrote where it must not. */
    private static void widen(float[][] from, double[][] to) {
        for (int i = 0; i < to.length; i++) {
            for (int j = 0; j < to[i].length; j++) {
                to[i][j] = from[i][j];
            }
        }
    }
}
