package dev.retort.kernels.simd.internal.run;

import jdk.incubator.vector.FloatVector;

/**
 * Shows the JIT compiler every kind of vector operator before kernels run. All operations of the Vector API go through a few methods that
 * take the operator as an argument, and the compiler speculates on what it has seen there. A program that begins with matrix products
 * shows it multiply-adds alone; the first sum that follows is then a surprise, which it undoes by throwing compiled code away, and on JDK
 * 17 the product's tile that is compiled next keeps its vectors in objects, in one JVM of seven, at a tenth of its speed for as long as
 * the JVM lives.
 */
public final class OperatorProfile {
    /** Past the calls (about 200) after which types are recorded, short of those that make the compiler finish. */
    private static final int TURNS = 2500;

    private static boolean shown;

    private OperatorProfile() {}

    /** Does its work once. */
    public static synchronized void show() {
        if (!shown) {
            shown = true;
            float[] values = new float[2 * VectorWidth.FLOATS.length()];
            for (int i = 0; i < TURNS; i++) {
                mix(values);
            }
        }
    }

    private static void mix(float[] values) {
        FloatVector x = FloatVector.fromArray(VectorWidth.FLOATS, values, 0);
        FloatVector y = FloatVector.fromArray(VectorWidth.FLOATS, values, VectorWidth.FLOATS.length());
        x.fma(y, x).add(y).neg().max(x).mul(y).intoArray(values, 0);
    }
}
