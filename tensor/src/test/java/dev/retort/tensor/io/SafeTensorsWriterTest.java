package dev.retort.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes that the writer makes, and what a failed write leaves behind. */
class SafeTensorsWriterTest {
    @TempDir
    Path folder;

    @Test
    void writesTheFormatByteForByte() throws IOException {
        Path file = folder.resolve("small.safetensors");
        new SafeTensorsWriter()
                .metadata("k", "v")
                .add("t", Shape.of(2), new int[] {1, -2})
                .add("m", Shape.of(1), new boolean[] {true})
                .write(file);
        String header =
                "{\"__metadata__\":{\"k\":\"v\"},\"t\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"m\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[8,9]}}";
        int padded = (header.length() + 7) / 8 * 8;
        ByteBuffer expected = ByteBuffer.allocate(8 + padded + 9).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(padded).put((header + " ".repeat(padded - header.length())).getBytes(StandardCharsets.UTF_8));
        expected.putInt(1).putInt(-2).put((byte) 1);
        assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
    }

    @Test
    void roundTripsEveryTypeBeyondOneChunk() throws IOException {
        int n = 300_001;
        float[] floats = new float[n];
        double[] doubles = new double[n];
        int[] ints = new int[n];
        long[] longs = new long[n];
        boolean[] truths = new boolean[n];
        for (int i = 0; i < n; i++) {
            floats[i] = (float) Math.sin(i);
            doubles[i] = Math.cos(i);
            ints[i] = i * 0x9e3779b9;
            longs[i] = i * 0x9e3779b97f4a7c15L;
            truths[i] = i % 3 == 0;
        }
        floats[7] = Float.NaN;
        doubles[8] = Double.NEGATIVE_INFINITY;
        Path file = folder.resolve("large.safetensors");
        new SafeTensorsWriter()
                .add("floats", Shape.of(n), floats)
                .add("ü \"quoted\"", Shape.of(n, 1), doubles)
                .add("ints", Shape.of(1, n), ints)
                .add("empty", Shape.of(3, 0, 2), new double[0])
                .add("longs", Shape.of(n), longs)
                .add("truths", Shape.of(n), truths)
                .add("scalar", Shape.SCALAR, new float[] {2})
                .write(file);
        try (SafeTensors read = SafeTensors.open(file)) {
            assertThat(read.entries().keySet())
                    .containsExactly("floats", "ü \"quoted\"", "ints", "empty", "longs", "truths", "scalar");
            assertThat(read.entry("floats").toFloats()).isEqualTo(floats);
            assertThat(read.entry("ü \"quoted\"").toDoubles()).isEqualTo(doubles);
            assertThat(read.entry("ints").toLongs())
                    .isEqualTo(Arrays.stream(ints).asLongStream().toArray());
            assertThat(read.entry("empty").shape()).isEqualTo(Shape.of(3, 0, 2));
            assertThat(read.entry("longs").toLongs()).isEqualTo(longs);
            assertThat(read.entry("truths").toBooleans()).isEqualTo(truths);
            assertThat(read.entry("scalar").toDoubles()).containsExactly(2);
            assertThat(read.metadata()).isEmpty();
        }
    }

    /** Any single bit, in the header and in the data; only the name of the digest's own entry can hide it. */
    @Test
    void aSealTellsEveryFlippedBit() throws IOException {
        Path file = folder.resolve("sealed.safetensors");
        new SafeTensorsWriter()
                .metadata("note", "ü")
                .add("a", Shape.of(2), new float[] {1, 2})
                .add("b", Shape.of(1), new long[] {3})
                .seal()
                .write(file);
        byte[] whole = Files.readAllBytes(file);
        assertThat(sealed(file)).isTrue();
        String header = new String(whole, StandardCharsets.ISO_8859_1);
        int name = header.indexOf("\"sha256\"");
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, damaged);
            boolean found;
            try {
                found = !sealed(file);
                assertThat(found && (bit / 8 < name || bit / 8 >= name + 8)).isFalse();
            } catch (SafeTensorsException refused) {
                found = true;
            }
            assertThat(found).as("bit " + bit).isTrue();
        }
        new SafeTensorsWriter().add("a", Shape.of(2), new float[] {1, 2}).write(file);
        assertThat(sealed(file)).isFalse();
    }

    private static boolean sealed(Path file) throws IOException {
        try (SafeTensors read = SafeTensors.open(file)) {
            return read.checkSeal();
        }
    }

    @Test
    void replacesAnOldFileAndLeavesNothingElse() throws IOException {
        Path file = folder.resolve("again.safetensors");
        new SafeTensorsWriter().add("a", Shape.of(2), new float[] {1, 2}).write(file);
        new SafeTensorsWriter().add("b", Shape.of(1), new float[] {3}).write(file);
        try (SafeTensors read = SafeTensors.open(file)) {
            assertThat(read.entries().keySet()).containsExactly("b");
        }
        assertThat(names()).containsExactly("again.safetensors");
    }

    @Test
    void aFailedWriteLeavesTheOldFileAlone() throws IOException {
        Path file = folder.resolve("kept");
        Files.writeString(file, "old");
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[1000]));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("No space left on device");
        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("kept");
    }

    @Test
    void refusesArraysAndNamesThatDoNotFit() {
        SafeTensorsWriter writer = new SafeTensorsWriter().add("a", Shape.of(1), new float[1]);
        assertThatThrownBy(() -> writer.add("b", Shape.of(2, 2), new float[3]))
                .isInstanceOf(ShapeException.class)
                .hasMessageContainingAll("'b'", "[2, 2]", "3");
        assertThatThrownBy(() -> writer.add("a", Shape.of(1), new float[1])).hasMessageContaining("'a'");
        assertThatThrownBy(() -> writer.add("__metadata__", Shape.of(1), new float[1]))
                .hasMessageContaining("__metadata__");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }
}
