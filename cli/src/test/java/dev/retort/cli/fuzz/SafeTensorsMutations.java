package dev.retort.cli.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Damage to a safetensors file's length, header, metadata and numbers, each alone, with the rest made to fit. */
final class SafeTensorsMutations {
    private static final String METADATA = "__metadata__";
    private static final int PREFIX = 8;
    private static final long[] LENGTHS = {0, 1, 2, 100, 100_000_000, 100_000_001, Integer.MAX_VALUE, Long.MAX_VALUE, -1
    };
    private static final float[] ODD_WEIGHTS = {Float.NaN, Float.POSITIVE_INFINITY, 3e38f, -3e38f, 1e-45f, 1e20f};
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private SafeTensorsMutations() {}

    static final List<Mutation> ALL = List.of(
            SafeTensorsMutations::length,
            SafeTensorsMutations::header,
            SafeTensorsMutations::header,
            SafeTensorsMutations::headerText,
            SafeTensorsMutations::metadata,
            SafeTensorsMutations::metadata,
            SafeTensorsMutations::metadata,
            SafeTensorsMutations::metadataText,
            SafeTensorsMutations::weights);

    /** The file without the digest of its content, which would hide all else that is wrong. */
    static byte[] unsealed(byte[] content) {
        JsonNode root = JSON.readTree(headerOf(content));
        if (root.get(METADATA) instanceof ObjectNode metadata) {
            metadata.remove("sha256");
        }
        return withHeader(content, JSON.writeValueAsBytes(root));
    }

    private static int headerEnd(byte[] content) {
        long length = content.length < PREFIX
                ? 0
                : ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        return length < 0 || length > content.length - PREFIX
                ? Math.min(content.length, PREFIX)
                : PREFIX + (int) length;
    }

    private static byte[] length(byte[] content, SplittableRandom random) {
        byte[] damaged = content.clone();
        if (damaged.length >= PREFIX) {
            long near = headerEnd(content) - PREFIX + random.nextInt(-9, 10);
            long value = random.nextBoolean() ? near : LENGTHS[random.nextInt(LENGTHS.length)];
            ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
        }
        return damaged;
    }

    private static byte[] header(byte[] content, SplittableRandom random) {
        return withHeader(content, JsonMutations.change(headerOf(content), random));
    }

    private static byte[] headerText(byte[] content, SplittableRandom random) {
        return withHeader(content, Mutation.choose(TextMutations.ALL, random).apply(headerOf(content), random));
    }

    private static byte[] metadata(byte[] content, SplittableRandom random) {
        return metadata(content, random, JsonMutations::change);
    }

    private static byte[] metadataText(byte[] content, SplittableRandom random) {
        return metadata(content, random, Mutation.choose(TextMutations.ALL, random));
    }

    /** Damages one of the metadata's texts. */
    private static byte[] metadata(byte[] content, SplittableRandom random, Mutation mutation) {
        JsonNode root;
        try {
            root = JSON.readTree(headerOf(content));
        } catch (JacksonException e) {
            return content;
        }
        if (!(root.get(METADATA) instanceof ObjectNode metadata) || metadata.isEmpty()) {
            return content;
        }
        String key = Mutation.choose(List.copyOf(metadata.propertyNames()), random);
        byte[] value = metadata.get(key).asString().getBytes(StandardCharsets.UTF_8);
        metadata.put(key, new String(mutation.apply(value, random), StandardCharsets.UTF_8));
        return withHeader(content, JSON.writeValueAsBytes(root));
    }

    private static byte[] weights(byte[] content, SplittableRandom random) {
        byte[] damaged = content.clone();
        int start = headerEnd(content);
        int count = (damaged.length - start) / Float.BYTES;
        ByteBuffer data = ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = random.nextInt(3) == 0 ? 200 : 1; i > 0 && count > 0; i--) {
            float value = ODD_WEIGHTS[random.nextInt(ODD_WEIGHTS.length)];
            data.putFloat(start + Float.BYTES * random.nextInt(count), value);
        }
        return damaged;
    }

    private static byte[] headerOf(byte[] content) {
        return Arrays.copyOfRange(content, Math.min(PREFIX, content.length), headerEnd(content));
    }

    private static byte[] withHeader(byte[] content, byte[] header) {
        int end = headerEnd(content);
        return ByteBuffer.allocate(PREFIX + header.length + content.length - end)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(content, end, content.length - end)
                .array();
    }
}
