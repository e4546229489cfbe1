package dev.retort.cli.fuzz;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/** Damage to an image's segments, with the checksums made right where the format has them. */
final class ImageMutations {
    private static final int SIGNATURE = 8;
    private static final int CHUNK = 12;

    private ImageMutations() {}

    /** Damages what one of a PNG's chunks holds, or its length, or drops or repeats it. */
    static byte[] pngChunk(byte[] content, SplittableRandom random) {
        List<Integer> starts = chunks(content);
        if (starts.isEmpty()) {
            return content;
        }
        int at = Mutation.choose(starts, random);
        int length = ByteBuffer.wrap(content).getInt(at);
        byte[] chunk = Arrays.copyOfRange(content, at, at + CHUNK + length);
        switch (random.nextInt(6)) {
            case 0 -> chunk = new byte[0];
            case 1 -> chunk = ByteMutations.replace(chunk, 0, 0, chunk);
            default -> {
                byte[] data = Arrays.copyOfRange(chunk, 8, 8 + length);
                Mutation damage =
                        random.nextBoolean() ? ByteMutations::headerField : Mutation.choose(ByteMutations.ALL, random);
                chunk = pngChunk(Arrays.copyOfRange(chunk, 4, 8), damage.apply(data, random));
            }
        }
        return ByteMutations.replace(content, at, at + CHUNK + length, chunk);
    }

    private static byte[] pngChunk(byte[] type, byte[] data) {
        CRC32 crc = new CRC32();
        crc.update(type);
        crc.update(data);
        return ByteBuffer.allocate(CHUNK + data.length)
                .putInt(data.length)
                .put(type)
                .put(data)
                .putInt((int) crc.getValue())
                .array();
    }

    private static List<Integer> chunks(byte[] content) {
        List<Integer> starts = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(content);
        int at = SIGNATURE;
        while (at + CHUNK <= content.length) {
            int length = buffer.getInt(at);
            if (length < 0 || length > content.length - at - CHUNK) {
                break;
            }
            starts.add(at);
            at += CHUNK + length;
        }
        return starts;
    }

    /** Damages what one of a JPEG's segments holds, which has the sizes, the tables and the lengths. */
    static byte[] jpegSegment(byte[] content, SplittableRandom random) {
        List<Integer> starts = new ArrayList<>();
        int at = 2;
        while (at + 4 <= content.length && content[at] == (byte) 0xff) {
            starts.add(at);
            at += 2 + ((content[at + 2] & 0xff) << 8 | content[at + 3] & 0xff);
        }
        if (starts.isEmpty()) {
            return content;
        }
        int start = Mutation.choose(starts, random);
        byte[] head = Arrays.copyOf(content, start);
        byte[] rest = Arrays.copyOfRange(content, start, content.length);
        return ByteMutations.replace(head, start, start, ByteMutations.headerField(rest, random));
    }
}
