package dev.retort.kernels.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.List;
import jcuda.Pointer;

/** Memory outside the heap for the arguments of one call, which the driver copies before it returns. */
final class ArgumentBuffer {
    /** More than a kernel may have. */
    private static final int BYTES = 8192;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
    private final Pointer base = Pointer.to(bytes);

    /**
     * The arguments as the driver wants them: a pointer to each.
     *
     * @param values as {@link KernelCall} has them
     */
    Pointer of(List<Object> values) {
        Pointer[] pointers = new Pointer[values.size()];
        bytes.clear();
        for (int i = 0; i < pointers.length; i++) {
            bytes.position((bytes.position() + Long.BYTES - 1) / Long.BYTES * Long.BYTES);
            pointers[i] = base.withByteOffset(bytes.position());
            put(values.get(i));
        }
        return Pointer.to(pointers);
    }

    private void put(Object value) {
        if (value instanceof IntBuffer struct) {
            for (int i = 0; i < struct.limit(); i++) {
                bytes.putInt(struct.get(i));
            }
        } else if (value instanceof Integer number) {
            bytes.putInt(number);
        } else if (value instanceof Float number) {
            bytes.putFloat(number);
        } else if (value instanceof Double number) {
            bytes.putDouble(number);
        } else if (value instanceof Long number) {
            bytes.putLong(number);
        } else {
            bytes.put((Byte) value);
        }
    }
}
