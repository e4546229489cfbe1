package dev.retort.nn.parallel;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Texts by name as bytes, in their order: each text its length in bytes, 4 bytes, and UTF-8. */
public final class Texts {
    private Texts() {}

    /** What {@link #read} gives back. */
    public static byte[] bytes(Map<String, String> texts) {
        List<byte[]> parts = new ArrayList<>();
        texts.forEach((name, text) -> {
            parts.add(name.getBytes(StandardCharsets.UTF_8));
            parts.add(text.getBytes(StandardCharsets.UTF_8));
        });
        int length =
                parts.stream().mapToInt(part -> Integer.BYTES + part.length).sum();
        ByteBuffer buffer = ByteBuffer.allocate(length);
        parts.forEach(part -> buffer.putInt(part.length).put(part));
        return buffer.array();
    }

    /**
     * The texts, in their order.
     *
     * @throws IllegalArgumentException if these are no bytes of {@link #bytes}
     */
    public static Map<String, String> read(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        Map<String, String> texts = new LinkedHashMap<>();
        try {
            while (buffer.hasRemaining()) {
                String name = text(buffer);
                texts.put(name, text(buffer));
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("The " + bytes.length + " bytes of another rank are no named texts", e);
        }
        return texts;
    }

    private static String text(ByteBuffer buffer) {
        int length = buffer.getInt();
        if (length < 0 || length > buffer.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
