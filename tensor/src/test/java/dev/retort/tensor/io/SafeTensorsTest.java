package dev.retort.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads files made byte by byte, well-formed and broken. */
class SafeTensorsTest {
    @TempDir
    Path folder;

    @Test
    void readsHandMadeBytesOfEveryType() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(8 + 16 + 8 + 16 + 2).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(1.5f).putFloat(-0.0f);
        data.putDouble(0.1).putDouble(Double.NaN);
        data.putInt(-7).putInt(Integer.MAX_VALUE);
        data.putLong(Long.MIN_VALUE).putLong(3);
        data.put((byte) 1).put((byte) 0);
        Path file = file(
                """
                {"f": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                 "d": {"dtype": "F64", "shape": [1, 2], "data_offsets": [8, 24]},
                 "__metadata__": {"who": "by hand"},
                 "i": {"dtype": "I32", "shape": [2], "data_offsets": [24, 32]},
                 "l": {"dtype": "I64", "shape": [2, 1], "data_offsets": [32, 48]},
                 "b": {"dtype": "BOOL", "shape": [2], "data_offsets": [48, 50]}}  \s""",
                data.array());
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(tensors.entries().keySet()).containsExactly("f", "d", "i", "l", "b");
            assertThat(tensors.metadata()).isEqualTo(Map.of("who", "by hand"));
            assertThat(tensors.entry("f").toFloats()).containsExactly(1.5f, -0.0f);
            assertThat(tensors.entry("f").toDoubles()).containsExactly(1.5, -0.0);
            assertThat(tensors.entry("d").toDoubles()).containsExactly(0.1, Double.NaN);
            assertThat(tensors.entry("d").toFloats()).containsExactly(0.1f, Float.NaN);
            assertThat(tensors.entry("d").shape()).isEqualTo(Shape.of(1, 2));
            assertThat(tensors.entry("i").toLongs()).containsExactly(-7, Integer.MAX_VALUE);
            assertThat(tensors.entry("i").toFloats()).containsExactly(-7f, 2147483648f);
            assertThat(tensors.entry("l").toLongs()).containsExactly(Long.MIN_VALUE, 3);
            assertThat(tensors.entry("l").toDoubles()).containsExactly(-0x1p63, 3);
            assertThat(tensors.entry("b").toBooleans()).containsExactly(true, false);
            assertThat(tensors.entry("b").toDoubles()).containsExactly(1, 0);
            assertThat(tensors.entry("b").dtype()).isEqualTo(DType.BOOL);
            assertThatThrownBy(() -> tensors.entry("f").toLongs()).hasMessageContainingAll("'f'", "F32");
            assertThatThrownBy(() -> tensors.entry("i").toBooleans()).hasMessageContainingAll("'i'", "I32", "BOOL");
            assertThatThrownBy(() -> tensors.entry("x"))
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContainingAll(file.toString(), "no tensor 'x'");
        }
    }

    @Test
    void readsTensorsListedOutOfOrderAndOfSizeZero() throws IOException {
        byte[] data = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(1)
                .putFloat(2)
                .array();
        Path file = file(
                """
                {"second": {"dtype": "F32", "shape": [], "data_offsets": [4, 8]},
                 "none": {"dtype": "I64", "shape": [0, 4], "data_offsets": [4, 4]},
                 "first": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}""",
                data);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(tensors.entry("second").shape()).isEqualTo(Shape.SCALAR);
            assertThat(tensors.entry("second").toFloats()).containsExactly(2);
            assertThat(tensors.entry("first").toFloats()).containsExactly(1);
            assertThat(tensors.entry("none").toLongs()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                                              | not a JSON object",
                "{\"a\": }                                                       | not valid JSON",
                "{} {}                                                           | not valid JSON",
                "{\"a\": 3}                                                      | 'a' is not described",
                "{\"a\": {\"shape\": [1], \"data_offsets\": [0, 4]}}             | 'a' has no dtype",
                "{\"a\": {\"dtype\": \"F32\", \"data_offsets\": [0, 4]}}         | 'a' has no shape",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [1]}}                   | 'a' has no data_offsets",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4], \"x\": 1}} | field 'x'",
                "{\"a\": {\"dtype\": \"F13\", \"shape\": [1], \"data_offsets\": [0, 4]}} | 'a' has dtype \"F13\"",
                "{\"a\": {\"dtype\": 32, \"shape\": [1], \"data_offsets\": [0, 4]}} | 'a' has dtype 32",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": 1, \"data_offsets\": [0, 4]}} | shape 1, not an array",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [-1], \"data_offsets\": [0, 4]}} | -1 is not a whole",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [1.0], \"data_offsets\": [0, 4]}} | 1.0 is not a whole",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [4294967297], \"data_offsets\": [0, 4]}} | an extent above",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [2147483647, 2147483647, 2147483647], \"data_offsets\": [0, 4]}}"
                        + " | overflows",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 4]}} | does not fit",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [4]}} | not [begin, end]",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [4, 0]}} | not [begin, end]",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [-4, 0]}} | -4 is not a whole",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 8]}} | 'a' ends at byte 8",
                "{\"a\": {\"dtype\": \"I64\", \"shape\": [0], \"data_offsets\": [0, 0]}} | tensors end at byte 0",
                "{\"a\": {\"dtype\": \"BOOL\", \"shape\": [2], \"data_offsets\": [2, 4]}} | 'a' begins at byte 2",
                "{\"a\": {\"dtype\": \"BOOL\", \"shape\": [3], \"data_offsets\": [0, 3]},"
                        + " \"b\": {\"dtype\": \"BOOL\", \"shape\": [2], \"data_offsets\": [2, 4]}} | 'b' begins at byte 2"
                        + " of the data, but overlaps",
                "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]},"
                        + " \"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}} | not valid JSON",
                "{\"__metadata__\": {\"n\": 3}}                                  | 'n' is not a string",
                "{\"__metadata__\": []}                                          | __metadata__ is not",
            })
    void refusesBrokenHeaders(String header, String problem) throws IOException {
        Path file = file(header, new byte[4]);
        assertThatThrownBy(() -> SafeTensors.open(file).close())
                .isInstanceOf(SafeTensorsException.class)
                .hasMessageContainingAll(file.toString(), problem);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 'too few'",
        "7, 'too few'",
        "8, 'ends inside its header'",
        "20, 'ends inside its header'",
        "-1, 'truncated'",
    })
    void refusesTruncatedFiles(int length, String problem) throws IOException {
        byte[] whole = Files.readAllBytes(
                file("{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}}", new byte[4]));
        Path file = folder.resolve("truncated.safetensors");
        Files.write(file, Arrays.copyOf(whole, length < 0 ? whole.length + length : length));
        assertThatThrownBy(() -> SafeTensors.open(file).close())
                .isInstanceOf(SafeTensorsException.class)
                .hasMessageContainingAll(file.toString(), problem);
    }

    @ParameterizedTest
    @CsvSource({"-1, 18446744073709551615", "1, 1", "100000001, 100000001"})
    void refusesImpossibleHeaderLengths(long length, String shown) throws IOException {
        Path file = folder.resolve("length.safetensors");
        Files.write(
                file,
                ByteBuffer.allocate(64)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(length)
                        .array());
        assertThatThrownBy(() -> SafeTensors.open(file).close()).hasMessageContainingAll("header length " + shown);
    }

    @Test
    void deepAndLongHeadersAreRefusedInShortWords() throws IOException {
        for (String header : List.of(
                "[".repeat(100_000),
                "{\"a\":".repeat(100_000),
                "{\"" + "long".repeat(50_000) + "\": 3}",
                "{\"a\": \"" + "long".repeat(50_000) + "\"}",
                "{\"a\": {\"dtype\": \"" + "long".repeat(50_000) + "\", \"shape\": [], \"data_offsets\": [0, 4]}}",
                "{\"__metadata__\": {\"k\": [" + "1,".repeat(50_000) + "1]}}")) {
            Path file = file(header, new byte[4]);
            assertThatThrownBy(() -> SafeTensors.open(file).close())
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageStartingWith(file.toString())
                    .hasMessageNotContainingAny("StreamReadConstraints", "Exception")
                    .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600));
        }
    }

    @Test
    void theFirstValueThatIsNoNumberIsFound() throws IOException {
        Path file = folder.resolve("numbers.safetensors");
        float[] many = new float[600_000];
        many[500_001] = Float.NEGATIVE_INFINITY;
        many[500_007] = Float.NaN;
        new SafeTensorsWriter()
                .add("finite", Shape.of(3), new float[] {Float.MAX_VALUE, -0f, Float.MIN_VALUE})
                .add("infinite", Shape.of(many.length), many)
                .add("wide", Shape.of(2), new double[] {1e300, Double.NaN})
                .add("whole", Shape.of(1), new long[] {Long.MAX_VALUE})
                .write(file);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(tensors.file()).isEqualTo(file);
            assertThat(tensors.entry("finite").firstNotFinite()).isEqualTo(-1);
            assertThat(tensors.entry("infinite").firstNotFinite()).isEqualTo(500_001);
            assertThat(tensors.entry("wide").firstNotFinite()).isEqualTo(1);
            assertThat(tensors.entry("whole").firstNotFinite()).isEqualTo(-1);
        }
    }

    @Test
    void refusesTruthValuesOtherThanZeroAndOne() throws IOException {
        Path file =
                file("{\"m\": {\"dtype\": \"BOOL\", \"shape\": [3], \"data_offsets\": [0, 3]}}", new byte[] {0, 1, -1});
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThatThrownBy(() -> tensors.entry("m").toBooleans())
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContainingAll("'m'", "byte 255", "index 2");
        }
    }

    @Test
    void readsInsideAZip() throws IOException {
        Path zip = folder.resolve("set.zip");
        float[] values = new float[300_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.25f;
        }
        Path plain = folder.resolve("plain.safetensors");
        new SafeTensorsWriter().add("x", Shape.of(300_000), values).write(plain);
        try (FileSystem system = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Files.copy(plain, system.getPath("/plain.safetensors"));
        }
        try (FileSystem system = FileSystems.newFileSystem(zip);
                SafeTensors tensors = SafeTensors.open(system.getPath("/plain.safetensors"))) {
            assertThat(tensors.entry("x").toFloats()).isEqualTo(values);
            assertThat(tensors.entry("x").toDoubles()[299_999]).isEqualTo(74_999.75);
        }
    }

    private Path file(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .array());
        bytes.write(json);
        bytes.write(data);
        Path file = folder.resolve("made.safetensors");
        return Files.write(file, bytes.toByteArray());
    }
}
