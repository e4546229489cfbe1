package dev.retort.kernels.simd;

import java.util.Arrays;

/** Computes a few products and convolutions and prints a hash of their bits: run interpreted and compiled, the line is the same. */
final class ProductBits {
    private static final int ROUNDS = 40;

    private ProductBits() {}

    /** @param arguments {@code warm} repeats everything until it is compiled, and prints the last result */
    public static void main(String[] arguments) {
        int rounds = arguments.length > 0 && arguments[0].equals("warm") ? ROUNDS : 1;
        int hash = 0;
        for (int i = 0; i < rounds; i++) {
            hash = hash(Engine.vector(new Parallel(1)));
        }
        System.out.println("bits " + Integer.toHexString(hash));
    }

    /** A hash of the bits of some results on this engine. */
    static int hash(Engine engine) {
        float[] a = Engines.random(43 * 61, 1);
        float[] b = Engines.random(61 * 70, 2);
        float[] c = new float[43 * 70];
        Gemm.Matrix right = Gemm.Matrix.of(b, 0, 61).transpose();
        Epilogue epilogue = new Epilogue(Engines.random(70, 3), 0, true);
        new Gemm(engine)
                .multiply(
                        1,
                        1,
                        43,
                        70,
                        61,
                        1f,
                        Gemm.Matrix.of(a, 0, 61),
                        right,
                        Gemm.Matrix.of(c, 0, 70),
                        false,
                        epilogue);
        ConvolutionShape shape = ConvolutionShape.square(1, 7, 9, 31, 33, 3, 2, 1);
        float[] x = Engines.random(7 * 9 * 31, 4);
        float[] w = Engines.random(33 * shape.depth(), 5);
        float[] y = new float[shape.outPixels() * 33];
        float[] dx = new float[x.length];
        float[] dw = new float[w.length];
        Convolution convolution = new Convolution(engine);
        convolution.forward(shape, x, 0, w, 0, y, 0, Epilogue.NONE);
        convolution.inputGradient(shape, y, 0, w, 0, dx, 0);
        convolution.weightGradient(shape, x, 0, y, 0, dw, 0, false);
        return Arrays.hashCode(
                new int[] {Arrays.hashCode(c), Arrays.hashCode(y), Arrays.hashCode(dx), Arrays.hashCode(dw)});
    }
}
