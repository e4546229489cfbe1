package dev.retort.detection.weights;

import dev.retort.detection.data.Category;
import dev.retort.nn.weights.WeightFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which class channels of a file are which classes here.
 *
 * @param classes in the order of ours
 * @param channels the file's channel of each
 */
record ClassRows(List<Category> classes, int[] channels) {
    /**
     * The classes of a file.
     *
     * @param count channels in the file, a background's included
     * @param wanted as the user gave them
     * @param named as the file itself has them
     * @throws WeightFileException if nobody tells the names, or their number is not the file's
     */
    static ClassRows of(
            Path file, WeightSource source, int count, Optional<List<Category>> wanted, Optional<List<Category>> named)
            throws WeightFileException {
        List<Category> coco = CocoClasses.all();
        boolean isCoco = count == coco.size() || source.hasBackground() && count == CocoClasses.CHANNELS;
        Optional<List<Category>> names = wanted.or(() -> named.filter(list -> fits(source, list, count)));
        if (names.isEmpty() && !isCoco) {
            throw new WeightFileException(
                    file,
                    "has " + count + " classes, but not their names",
                    "Give these with --classes FILE, one on a line in the order of the file's classes"
                            + (source.hasBackground() ? " (without the background, which is its first)" : ""));
        }
        List<Category> classes = names.orElse(coco);
        if (classes.size() == count) {
            return new ClassRows(classes, IntStream.range(0, count).toArray());
        }
        if (fits(source, classes, count)) {
            return there(source, classes, count);
        }
        throw new WeightFileException(
                file,
                "has " + count + " classes" + (source.hasBackground() ? ", the background among them" : "") + ", but "
                        + classes.size() + " names were given",
                "Give a name for each");
    }

    /** Where a program has classes that it was trained with: as many channels as {@link #count} says. */
    static ClassRows there(WeightSource source, List<Category> classes) {
        return there(source, classes, count(source, classes));
    }

    /** As they are, or behind a background; COCO's at their ids if there is a channel for each id. */
    private static ClassRows there(WeightSource source, List<Category> classes, int count) {
        if (atIds(source, classes, count)) {
            return new ClassRows(
                    classes, classes.stream().mapToInt(one -> (int) one.id()).toArray());
        }
        int first = source.hasBackground() ? 1 : 0;
        return new ClassRows(
                classes, IntStream.range(first, first + classes.size()).toArray());
    }

    /** How many channels a program has for classes, a background's included. */
    static int count(WeightSource source, List<Category> classes) {
        return atIds(source, classes, CocoClasses.CHANNELS)
                ? CocoClasses.CHANNELS
                : classes.size() + (source.hasBackground() ? 1 : 0);
    }

    private static boolean atIds(WeightSource source, List<Category> classes, int count) {
        return source.hasBackground() && count == CocoClasses.CHANNELS && classes.equals(CocoClasses.all());
    }

    private static boolean fits(WeightSource source, List<Category> classes, int count) {
        return atIds(source, classes, count) || count == classes.size() + (source.hasBackground() ? 1 : 0);
    }

    /** Those of a detector that is to start from the file, where their number fits; else one for each channel. */
    static ClassRows toStart(Path file, WeightSource source, int count, List<Category> categories)
            throws WeightFileException {
        if (categories.size() == count || fits(source, categories, count)) {
            return of(file, source, count, Optional.of(categories), Optional.empty());
        }
        List<Category> channels = IntStream.range(0, count)
                .mapToObj(k -> new Category(k, "channel " + k))
                .toList();
        return new ClassRows(channels, IntStream.range(0, count).toArray());
    }

    /** Rows of the class logits: for each anchor here and each class here the file's row. */
    int[] logitRows(int[] anchors, int count) {
        int[] rows = new int[anchors.length * channels.length];
        int at = 0;
        for (int anchor : anchors) {
            for (int channel : channels) {
                rows[at++] = anchor * count + channel;
            }
        }
        return rows;
    }
}
