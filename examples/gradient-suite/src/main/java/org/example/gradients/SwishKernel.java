package org.example.gradients;

/** x/(1 + e^-x) on plain arrays: stands in for a kernel in CUDA, OpenCL or native code, which knows no tensor. */
public final class SwishKernel {
    private SwishKernel() {}

    /** The result for every element. */
    public static float[] forward(float[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[i] * sigmoid(x[i]);
        }
        return y;
    }

    /** The gradient of sum(g*y): g*(s + x*s*(1 - s)), s being the sigmoid. */
    public static float[] backward(float[] x, float[] g) {
        float[] gradient = new float[x.length];
        for (int i = 0; i < gradient.length; i++) {
            float s = sigmoid(x[i]);
            gradient[i] = g[i] * (s + x[i] * s * (1 - s));
        }
        return gradient;
    }

    private static float sigmoid(float x) {
        return 1 / (1 + (float) Math.exp(-x));
    }
}
