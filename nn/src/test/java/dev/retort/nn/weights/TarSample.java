package dev.retort.nn.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A file as {@code torch.save} wrote it before 0.1.10: {@code w} is [[1, 2], [3, 4]], stored column by column; {@code p} and {@code q} are its second row,
 * as Parameters of two ages. */
final class TarSample {
    private static final int BLOCK = 512;

    private TarSample() {}

    static byte[] bytes() {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        member(tar, "sys_info", new PickleWriter().ops("}.").bytes());
        PickleWriter content =
                new PickleWriter().global("collections", "OrderedDict").ops(")R(");
        content.text("w").text("100").ops("Q");
        content.text("p")
                .global("torch.nn.parameter", "Parameter")
                .ops(")")
                .op(0x81)
                .ops("(")
                .text("101")
                .ops("QN");
        content.global("collections", "OrderedDict").ops(")R").op(0x88).op(0x89).ops("tb");
        content.text("q")
                .global("torch.nn.parameter", "Parameter")
                .ops("(")
                .text("101")
                .ops("QtR(")
                .op(0x88)
                .op(0x89);
        content.global("collections", "OrderedDict").ops(")Rtb");
        member(tar, "pickle", content.ops("u.").bytes());
        ByteArrayOutputStream tensors = new ByteArrayOutputStream();
        tensors.writeBytes(new PickleWriter().number(2).ops(".").bytes());
        tensor(tensors, 100, 7, 0, 2, 2, 1, 2);
        tensor(tensors, 101, 8, 1, 2, 2);
        member(tar, "tensors", tensors.toByteArray());
        ByteArrayOutputStream storages = new ByteArrayOutputStream();
        storages.writeBytes(new PickleWriter().number(1).ops(".").bytes());
        storages.writeBytes(new PickleWriter()
                .ops("(")
                .number(7)
                .text("cpu")
                .global("torch", "FloatStorage")
                .ops("t.")
                .bytes());
        ByteBuffer data = little(8 + 16).putLong(4);
        storages.writeBytes(data.putFloat(1).putFloat(3).putFloat(2).putFloat(4).array());
        PickleWriter view =
                new PickleWriter().ops("](").number(8).number(7).number(0).number(4);
        storages.writeBytes(view.ops("ta.").bytes());
        member(tar, "storages", storages.toByteArray());
        tar.writeBytes(new byte[2 * BLOCK]);
        return tar.toByteArray();
    }

    /** Sizes, then strides. */
    private static void tensor(ByteArrayOutputStream out, int key, int storage, int offset, long... sizesAndStrides) {
        PickleWriter parts = new PickleWriter().ops("(").number(key).number(storage);
        out.writeBytes(parts.global("torch", "FloatTensor").ops("t.").bytes());
        ByteBuffer numbers = little(8 + 8 * sizesAndStrides.length + 8)
                .putInt(sizesAndStrides.length / 2)
                .putInt(0);
        for (long number : sizesAndStrides) {
            numbers.putLong(number);
        }
        out.writeBytes(numbers.putLong(offset).array());
    }

    private static void member(ByteArrayOutputStream tar, String name, byte[] content) {
        ByteBuffer header = ByteBuffer.allocate(BLOCK);
        put(header, 0, name);
        put(header, 124, String.format("%011o", content.length));
        put(header, 148, "        ");
        put(header, 156, "0");
        put(header, 257, "ustar");
        int sum = 0;
        for (byte value : header.array()) {
            sum += value & 0xff;
        }
        put(header, 148, String.format("%06o", sum));
        header.put(154, (byte) 0);
        tar.writeBytes(header.array());
        tar.writeBytes(content);
        tar.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void put(ByteBuffer header, int at, String text) {
        header.put(at, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
