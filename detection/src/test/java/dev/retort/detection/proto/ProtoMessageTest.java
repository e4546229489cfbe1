package dev.retort.detection.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Protocol buffers, byte by byte; the first two are the examples of protobuf.dev/programming-guides/encoding. */
class ProtoMessageTest {
    private static String hex(ProtoMessage message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        message.writeTo(Channels.newChannel(bytes));
        assertThat(message.size()).isEqualTo(bytes.size());
        assertThat(message.toBytes()).isEqualTo(bytes.toByteArray());
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    @Test
    void integersAreVarints() throws IOException {
        assertThat(hex(new ProtoMessage().integer(1, 150))).isEqualTo("089601");
        assertThat(hex(new ProtoMessage().integer(1, -1))).isEqualTo("08ffffffffffffffffff01");
        assertThat(hex(new ProtoMessage().integer(20, 7))).isEqualTo("a00107");
    }

    @Test
    void textsAndMessagesTellTheirLength() throws IOException {
        assertThat(hex(new ProtoMessage().text(2, "testing"))).isEqualTo("120774657374696e67");
        assertThat(hex(new ProtoMessage()
                        .message(3, new ProtoMessage().integer(1, 150))
                        .text(1, "ä")))
                .isEqualTo("1a03089601" + "0a02c3a4");
    }

    @Test
    void floatsAreLittleEndian() throws IOException {
        assertThat(hex(new ProtoMessage().number(2, 1.5f))).isEqualTo("150000c03f");
        assertThat(hex(new ProtoMessage().real(2, 1.5))).isEqualTo("11000000000000f83f");
        assertThat(hex(new ProtoMessage().floats(9, 2, () -> new float[] {1, -2})))
                .isEqualTo("4a08" + "0000803f" + "000000c0");
    }

    @Test
    void arraysLargerThanTheBufferAreWhole() throws IOException {
        int count = 600_001;
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        String hex = hex(new ProtoMessage().text(1, "x").floats(9, count, () -> values));
        assertThat(hex).hasSize(2 * (3 + 1 + 4 + 4 * count)).endsWith("00" + "7c1249");
        // 2,400,004 bytes: 0x249f04 in groups of seven bits.
        assertThat(hex).startsWith("0a0178" + "4a" + "84be9201" + "00000000" + "0000803f");
    }

    @Test
    void refusesArraysOfAnotherLength() {
        ProtoMessage message = new ProtoMessage().floats(9, 2, () -> new float[3]);
        assertThatThrownBy(() -> hex(message))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("3");
    }
}
