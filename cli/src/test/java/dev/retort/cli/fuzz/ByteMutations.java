package dev.retort.cli.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damage that knows nothing of the format: what transfers, disks and full file systems do, and what pokers try. */
final class ByteMutations {
    private static final int[] EXTREME_BYTES = {0, 1, 0x7f, 0x80, 0xff, '\n', '"'};
    private static final long[] EXTREME_NUMBERS = {
        0, 1, -1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffffL, 0x80000000L, 0xffffffffL, 20_000, 1_000_000, Long.MAX_VALUE
    };
    /** Where headers have their sizes. */
    private static final int HEADER = 64;

    private ByteMutations() {}

    static final List<Mutation> ALL = List.of(
            ByteMutations::flipBits,
            ByteMutations::extremeByte,
            ByteMutations::truncate,
            ByteMutations::cut,
            ByteMutations::repeat,
            ByteMutations::splice,
            ByteMutations::noise);

    private static int place(byte[] content, SplittableRandom random) {
        return content.length == 0 ? 0 : random.nextInt(content.length);
    }

    private static byte[] flipBits(byte[] content, SplittableRandom random) {
        byte[] damaged = content.clone();
        for (int i = 1 + random.nextInt(4); i > 0 && damaged.length > 0; i--) {
            damaged[place(damaged, random)] ^= (byte) (1 << random.nextInt(8));
        }
        return damaged;
    }

    private static byte[] extremeByte(byte[] content, SplittableRandom random) {
        byte[] damaged = content.clone();
        if (damaged.length > 0) {
            damaged[place(damaged, random)] = (byte) EXTREME_BYTES[random.nextInt(EXTREME_BYTES.length)];
        }
        return damaged;
    }

    private static byte[] truncate(byte[] content, SplittableRandom random) {
        return Arrays.copyOf(content, place(content, random));
    }

    private static byte[] cut(byte[] content, SplittableRandom random) {
        int from = place(content, random);
        int to = from + random.nextInt(Math.min(content.length - from, 200) + 1);
        return replace(content, from, to, new byte[0]);
    }

    private static byte[] repeat(byte[] content, SplittableRandom random) {
        int from = place(content, random);
        int to = from + random.nextInt(Math.min(content.length - from, 200) + 1);
        int times = 1 + (random.nextInt(8) == 0 ? random.nextInt(2000) : random.nextInt(3));
        byte[] run = Arrays.copyOfRange(content, from, to);
        ByteBuffer repeated = ByteBuffer.allocate(run.length * times);
        for (int i = 0; i < times; i++) {
            repeated.put(run);
        }
        return replace(content, to, to, repeated.array());
    }

    /** A part of the file over another part. */
    private static byte[] splice(byte[] content, SplittableRandom random) {
        int from = place(content, random);
        int length = random.nextInt(Math.min(content.length - from, 500) + 1);
        int at = place(content, random);
        return replace(
                content, at, Math.min(content.length, at + length), Arrays.copyOfRange(content, from, from + length));
    }

    private static byte[] noise(byte[] content, SplittableRandom random) {
        byte[] noise = new byte[1 + random.nextInt(16)];
        random.nextBytes(noise);
        int at = place(content, random);
        boolean over = random.nextBoolean();
        return replace(content, at, over ? Math.min(content.length, at + noise.length) : at, noise);
    }

    /** A number of 2 or 4 bytes in the header, of either byte order, made extreme. */
    static byte[] headerField(byte[] content, SplittableRandom random) {
        byte[] damaged = content.clone();
        int width = random.nextBoolean() ? 2 : 4;
        if (damaged.length < width) {
            return damaged;
        }
        ByteBuffer buffer =
                ByteBuffer.wrap(damaged).order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        int at = random.nextInt(Math.min(HEADER, damaged.length - width + 1));
        long value = EXTREME_NUMBERS[random.nextInt(EXTREME_NUMBERS.length)];
        if (width == 2) {
            buffer.putShort(at, (short) value);
        } else {
            buffer.putInt(at, (int) value);
        }
        return damaged;
    }

    /** The bytes [from, to) replaced by others. */
    static byte[] replace(byte[] content, int from, int to, byte[] by) {
        return ByteBuffer.allocate(content.length - (to - from) + by.length)
                .put(content, 0, from)
                .put(by)
                .put(content, to, content.length - to)
                .array();
    }
}
