package dev.retort.kernels.cuda;

import dev.retort.kernels.device.Device;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.ToLongFunction;
import jcuda.Pointer;

/** Memory outside the heap for the arguments of one launch, which the driver copies before it returns. */
final class ArgumentBuffer {
    /** More than a kernel may have. */
    private static final int BYTES = 8192;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
    private final Pointer base = Pointer.to(bytes);

    /** The arguments as the driver wants them: a pointer to each. */
    Pointer of(List<Object> values, ToLongFunction<Device.Block> address) {
        Pointer[] pointers = new Pointer[values.size()];
        bytes.clear();
        for (int i = 0; i < pointers.length; i++) {
            bytes.position((bytes.position() + Long.BYTES - 1) / Long.BYTES * Long.BYTES);
            pointers[i] = base.withByteOffset(bytes.position());
            put(values.get(i), address);
        }
        return Pointer.to(pointers);
    }

    private void put(Object value, ToLongFunction<Device.Block> address) {
        if (value instanceof Device.Block block) {
            bytes.putLong(address.applyAsLong(block));
        } else if (value instanceof int[] struct) {
            for (int member : struct) {
                bytes.putInt(member);
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
