package dev.retort.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.retort.nn.weights.WeightNode.Inert;
import dev.retort.nn.weights.WeightNode.Mapping;
import dev.retort.nn.weights.WeightNode.Nothing;
import dev.retort.nn.weights.WeightNode.Real;
import dev.retort.nn.weights.WeightNode.Sequence;
import dev.retort.nn.weights.WeightNode.Text;
import dev.retort.nn.weights.WeightNode.Truth;
import dev.retort.nn.weights.WeightNode.Whole;
import dev.retort.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFileTest {
    @TempDir
    private Path folder;

    /** The message with which a file is refused. */
    static String refusal(Path file) {
        Throwable refusal = catchThrowable(() -> WeightFile.open(file).close());
        assertThat(refusal).isInstanceOf(WeightFileException.class);
        return refusal.getMessage();
    }

    @Test
    void plainValuesBecomeATree() throws IOException {
        PickleWriter pickle =
                new PickleWriter().ops("}(").text("epoch").number(-3).number(7).real(0.5);
        pickle.text("flags")
                .ops("(")
                .op(0x88)
                .ops("N")
                .text("x")
                .ops("t")
                .text("list")
                .ops("](")
                .number(1)
                .ops("]e");
        try (WeightFile file = open("plain.pkl", pickle.ops("u."))) {
            assertThat(file.container()).isEqualTo(Container.PICKLE).hasToString("pickle");
            assertThat(file.metadata()).isEmpty();
            assertThat(file.content().entries())
                    .containsExactly(
                            Map.entry("epoch", new Whole(-3)),
                            Map.entry("7", new Real(0.5)),
                            Map.entry("flags", new Sequence(List.of(new Truth(true), new Nothing(), new Text("x")))),
                            Map.entry("list", new Sequence(List.of(new Whole(1), new Sequence(List.of())))));
        }
    }

    @Test
    void objectsOfForeignClassesAreNamesWithoutContent() throws IOException {
        PickleWriter pickle = new PickleWriter()
                .ops("}(")
                .text("args")
                .global("argparse", "Namespace")
                .ops(")")
                .op(0x81);
        pickle.ops("}").text("lr").real(0.1).ops("sb");
        pickle.text("counts")
                .global("collections", "Counter")
                .ops("}")
                .number(16)
                .number(1)
                .ops("s")
                .op(0x85)
                .ops("R");
        pickle.text("type").global("torch", "float32");
        try (WeightFile file = open("foreign.pkl", pickle.ops("u."))) {
            assertThat(file.content().entries())
                    .containsExactly(
                            Map.entry("args", new Inert("argparse.Namespace")),
                            Map.entry("counts", new Inert("collections.Counter")),
                            Map.entry("type", new Inert("torch.float32")));
        }
    }

    @Test
    void whatAForeignObjectGivesIsNeverCalled() throws IOException {
        PickleWriter pickle = new PickleWriter().global("argparse", "Namespace").ops(")R)R.");
        assertThat(refusal(write("call.pkl", pickle.bytes()))).contains("calls something that is no function");
    }

    @Test
    void anArrayIsReadInItsByteOrderAndInRowMajorOrder() throws IOException {
        byte[] data = ByteBuffer.allocate(12)
                .putShort((short) 1)
                .putShort((short) -2)
                .putShort((short) 3)
                .putShort((short) 4)
                .putShort((short) 5)
                .putShort((short) 600)
                .array();
        PickleWriter pickle = new PickleWriter().ops("}").text("w").beginArray("i2", ">", true, 2, 3);
        try (WeightFile file = open("array.pkl", pickle.python2(data).ops("tbs."))) {
            WeightTensor tensor = file.content().tensors().get("w");
            assertThat(tensor).hasToString("w: I16 [2, 3]");
            assertThat(tensor.toLongs()).containsExactly(1, 3, 5, -2, 4, 600);
            assertThat(tensor.toDoubles()).containsExactly(1, 3, 5, -2, 4, 600);
        }
    }

    @Test
    void anArrayWithoutAStateIsRefused() throws IOException {
        PickleWriter pickle = new PickleWriter().ops("}").text("w").global("numpy.core.multiarray", "_reconstruct");
        pickle.global("numpy", "ndarray").number(0).op(0x85).text("b").op(0x87).ops("Rs.");
        assertThat(refusal(write("bare.pkl", pickle.bytes()))).contains("has a tensor without content at 'w'");
    }

    @Test
    void filesOfTheOldestTorchAreRead() throws IOException {
        try (WeightFile file = WeightFile.open(write("old.pth", TarSample.bytes()))) {
            assertThat(file.container()).isEqualTo(Container.TORCH_TAR);
            Map<String, WeightTensor> tensors = file.content().tensors();
            assertThat(tensors.keySet()).containsExactly("w", "p", "q");
            assertThat(tensors.get("w").toFloats()).containsExactly(1, 2, 3, 4);
            assertThat(tensors.get("p").shape()).isEqualTo(Shape.of(2));
            assertThat(tensors.get("p").toFloats()).containsExactly(3, 4);
            assertThat(tensors.get("q").toFloats()).containsExactly(3, 4);
        }
    }

    @Test
    void safetensorsOfHalfPrecisionAreRead() throws IOException {
        String header = "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"h\":{\"dtype\":\"F16\",\"shape\":[6],\"data_offsets\":[0,12]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[12,16]},"
                + "\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[16,24]}}";
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 24).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        for (int half : new int[] {0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x7e00, 0x3f80, 0xc0a0}) {
            bytes.putShort((short) half);
        }
        try (WeightFile file =
                WeightFile.open(write("half.safetensors", bytes.putLong(41).array()))) {
            assertThat(file.container()).isEqualTo(Container.SAFETENSORS);
            assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
            Map<String, WeightTensor> tensors = file.content().tensors();
            assertThat(tensors.get("h").toFloats())
                    .containsExactly(1, -2, 0x1p-24f, 65504, Float.NEGATIVE_INFINITY, Float.NaN);
            assertThat(tensors.get("b").toDoubles()).containsExactly(1, -5);
            assertThat(tensors.get("n").toLongs()).containsExactly(41);
            assertThatThrownBy(() -> tensors.get("b").toLongs())
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageContaining("tensor 'b' has elements of BF16, not whole numbers");
        }
    }

    @Test
    void tensorsAreNamedByTheWayToThem() throws IOException {
        PickleWriter pickle =
                new PickleWriter().ops("}").text("model").ops("}(").text("a.b");
        array(pickle).text("c").ops("}").text("d");
        array(pickle).ops("su");
        try (WeightFile file = open("nested.pkl", pickle.ops("s."))) {
            assertThat(file.content().tensors().keySet()).containsExactly("model.a.b", "model.c.d");
            assertThat(file.section("model").tensors().keySet()).containsExactly("a.b", "c.d");
            assertThatThrownBy(() -> file.section("state_dict"))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessage(file.path() + ": has no section 'state_dict'. It holds model");
        }
    }

    @Test
    void twoTensorsOfOneNameAreRefused() throws IOException {
        PickleWriter pickle = new PickleWriter().ops("}(").text("a.b");
        array(pickle).text("a").ops("}").text("b");
        array(pickle).ops("s");
        try (WeightFile file = open("twice.pkl", pickle.ops("u."))) {
            Mapping content = file.content();
            assertThatThrownBy(content::tensors)
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageStartingWith(file.path() + ": tensor 'a.b' has the name of another one");
        }
    }

    @Test
    void objectsThatShareOthersWithoutEndAreRefused() throws IOException {
        PickleWriter pickle = new PickleWriter().ops("}q").op(0).ops("0");
        for (int i = 1; i < 40; i++) {
            pickle.ops("}q")
                    .op(i)
                    .ops("(")
                    .text("a")
                    .ops("h")
                    .op(i - 1)
                    .text("b")
                    .ops("h")
                    .op(i - 1)
                    .ops("u0");
        }
        assertThat(refusal(write("laughs.pkl", pickle.ops("h").op(39).ops(".").bytes())))
                .contains("holds more than 500000 objects");
    }

    @Test
    void aMissingFileAndAFolderAreNoDamagedFiles() {
        Path missing = folder.resolve("none.pth");
        assertThatThrownBy(() -> WeightFile.open(missing))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(missing + ": there is no such file");
        assertThatThrownBy(() -> WeightFile.open(folder))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(WeightFileException.class)
                .hasMessageStartingWith(folder + ": is a folder");
    }

    private static PickleWriter array(PickleWriter pickle) {
        return pickle.beginArray("u1", "|", false, 1).python2(new byte[] {1}).ops("tb");
    }

    private WeightFile open(String name, PickleWriter pickle) throws IOException {
        return WeightFile.open(write(name, pickle.bytes()));
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }
}
