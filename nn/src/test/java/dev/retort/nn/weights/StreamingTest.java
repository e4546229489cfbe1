package dev.retort.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.nn.weights.ReadingInLittleHeap.Reading;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files much larger than the heap, most of them holes. */
class StreamingTest {
    private static final int TENSORS = 15;
    private static final int PICKLED = 4;
    private static final int ELEMENTS = 5_000_000;

    @TempDir
    private Path folder;

    @Test
    void aFileOf300MegabytesIsReadInLittleMoreHeapThanItsLargestTensor() throws Exception {
        List<Path> files = List.of(stream(), pickle());
        List<Reading> readings = ReadingInLittleHeap.run(folder, "-Xmx40m", files);
        assertThat(readings)
                .extracting(Reading::result)
                .as(readings.toString())
                .containsExactly(Integer.toString(TENSORS * ELEMENTS), Integer.toString(PICKLED * ELEMENTS));
    }

    private Path stream() throws IOException {
        Path file = folder.resolve("large.pth");
        try (FileChannel out = create(file)) {
            write(
                    out,
                    new PickleWriter()
                            .op(0x8a)
                            .op(10)
                            .ops("\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019."));
            write(out, new PickleWriter().number(1001).ops("."));
            write(out, new PickleWriter().ops("}."));
            PickleWriter content = new PickleWriter().ops("}");
            PickleWriter keys = new PickleWriter().ops("](");
            for (int i = 0; i < TENSORS; i++) {
                content.text("t" + i)
                        .tensor("FloatStorage", "key" + i, true, ELEMENTS)
                        .ops("s");
                keys.text("key" + i);
            }
            write(out, content.ops("."));
            write(out, keys.ops("e."));
            for (int i = 0; i < TENSORS; i++) {
                ByteBuffer count = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                out.write(count.putLong(0, ELEMENTS));
                out.position(out.position() + 4L * ELEMENTS);
            }
            end(out);
        }
        return file;
    }

    private Path pickle() throws IOException {
        Path file = folder.resolve("large.pkl");
        try (FileChannel out = create(file)) {
            write(out, new PickleWriter().ops("}"));
            for (int i = 0; i < PICKLED; i++) {
                PickleWriter array =
                        new PickleWriter().text("t" + i).beginArray("f4", "<", i % 2 == 1, 1000, ELEMENTS / 1000);
                write(out, array.beginBytes(4 * ELEMENTS));
                out.position(out.position() + 4L * ELEMENTS);
                write(out, new PickleWriter().ops("tbs"));
            }
            write(out, new PickleWriter().ops("."));
        }
        return file;
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE);
    }

    private static void write(FileChannel out, PickleWriter pickle) throws IOException {
        out.write(ByteBuffer.wrap(pickle.bytes()));
    }

    /** A hole at the end is not part of a file unless something is written behind it. */
    private static void end(FileChannel out) throws IOException {
        out.write(ByteBuffer.allocate(1), out.position() - 1);
    }
}
