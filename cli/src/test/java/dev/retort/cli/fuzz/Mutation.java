package dev.retort.cli.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** A way to damage a file. */
@FunctionalInterface
interface Mutation {
    /** The damaged content; the given one is left as it is. */
    byte[] apply(byte[] content, SplittableRandom random);

    /** One to three mutations of one of the originals; the same for the same target, seed and number. */
    static byte[] of(Target target, long seed, int number) {
        long mixed = (seed * 1_000_003 + target.format().hashCode()) * 1_000_003 + number;
        SplittableRandom random = new SplittableRandom(mixed);
        byte[] content = choose(target.originals(), random);
        int steps = 1 + random.nextInt(3);
        for (int i = 0; i < steps; i++) {
            content = choose(target.mutations(), random).apply(content, random);
        }
        return content;
    }

    static <T> T choose(List<T> choices, SplittableRandom random) {
        return choices.get(random.nextInt(choices.size()));
    }
}
