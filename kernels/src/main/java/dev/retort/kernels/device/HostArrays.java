package dev.retort.kernels.device;

import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/** Java arrays as drivers want them: of float, double, int, long, or byte for truth values. */
public final class HostArrays {
    private HostArrays() {}

    /** A buffer over the whole array, which bindings make a pointer of. */
    public static Buffer buffer(Object array) {
        if (array instanceof float[] floats) {
            return FloatBuffer.wrap(floats);
        } else if (array instanceof double[] doubles) {
            return DoubleBuffer.wrap(doubles);
        } else if (array instanceof int[] ints) {
            return IntBuffer.wrap(ints);
        } else if (array instanceof long[] longs) {
            return LongBuffer.wrap(longs);
        }
        return ByteBuffer.wrap((byte[]) array);
    }

    /** Bytes of an element. */
    static int width(Object array) {
        return array instanceof float[] || array instanceof int[] ? 4 : array instanceof byte[] ? 1 : 8;
    }

    /** Bytes of all elements. */
    public static long bytes(Object array) {
        return (long) width(array) * Array.getLength(array);
    }
}
