package dev.retort.nn.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles of protocol 2, operation by operation. */
final class PickleWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PickleWriter() {
        op(0x80).op(2);
    }

    /** Operations without arguments. */
    PickleWriter ops(String operations) {
        operations.chars().forEach(out::write);
        return this;
    }

    PickleWriter op(int operation) {
        out.write(operation);
        return this;
    }

    PickleWriter text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return op('X').raw(little(4).putInt(bytes.length)).raw(ByteBuffer.wrap(bytes));
    }

    PickleWriter number(int number) {
        return op('J').raw(little(4).putInt(number));
    }

    PickleWriter real(double number) {
        return op('G').raw(ByteBuffer.allocate(8).putDouble(number));
    }

    PickleWriter global(String module, String name) {
        return op('c').ops(module + "\n" + name + "\n");
    }

    PickleWriter python2(byte[] bytes) {
        return op('T').raw(little(4).putInt(bytes.length)).raw(ByteBuffer.wrap(bytes));
    }

    /** Bytes of protocol 3, without the bytes. */
    PickleWriter beginBytes(int count) {
        return op('B').raw(little(4).putInt(count));
    }

    /** A NumPy type of this byte order. */
    PickleWriter type(String name, String order) {
        global("numpy", "dtype")
                .ops("(")
                .text(name)
                .number(0)
                .number(1)
                .ops("tR(")
                .number(3)
                .text(order);
        return ops("NNN").number(-1).number(-1).number(0).ops("tb");
    }

    /** A NumPy array up to its data, behind which comes {@code tb}. */
    PickleWriter beginArray(String type, String order, boolean columnMajor, int... shape) {
        global("numpy.core.multiarray", "_reconstruct")
                .global("numpy", "ndarray")
                .number(0)
                .op(0x85);
        text("b").op(0x87).ops("R(").number(1).ops("(");
        for (int extent : shape) {
            number(extent);
        }
        return ops("t").type(type, order).op(columnMajor ? 0x88 : 0x89);
    }

    /** A storage's persistent id; {@code stream} is the older format, which has a view behind it. */
    PickleWriter storage(String type, String key, int count, boolean stream) {
        ops("(").text("storage").global("torch", type).text(key).text("cpu").number(count);
        return ops(stream ? "NtQ" : "tQ");
    }

    /** A tensor that is all of its storage. */
    PickleWriter tensor(String type, String key, boolean stream, int count) {
        global("torch._utils", "_rebuild_tensor_v2").ops("(").storage(type, key, count, stream);
        number(0).number(count).op(0x85).number(1).op(0x85).op(0x89);
        return global("collections", "OrderedDict").ops(")RtR");
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private PickleWriter raw(ByteBuffer bytes) {
        out.write(bytes.array(), 0, bytes.capacity());
        return this;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
