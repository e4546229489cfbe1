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
        if (wanted.isEmpty() && named.isPresent() && named.get().size() == count) {
            return new ClassRows(named.get(), IntStream.range(0, count).toArray());
        }
        boolean isCoco = count == coco.size() || source.hasBackground() && count == CocoClasses.CHANNELS;
        if (wanted.isEmpty() && !isCoco) {
            throw new WeightFileException(
                    file,
                    "has " + count + " classes, but not their names",
                    "Give these with --classes FILE, one on a line in the order of the file's classes"
                            + (source.hasBackground() ? " (without the background, which is its first)" : ""));
        }
        List<Category> classes = wanted.orElse(coco);
        if (classes.size() == count) {
            return new ClassRows(classes, IntStream.range(0, count).toArray());
        }
        if (source.hasBackground() && classes.equals(coco) && count == CocoClasses.CHANNELS) {
            return new ClassRows(
                    classes, coco.stream().mapToInt(one -> (int) one.id()).toArray());
        }
        if (source.hasBackground() && classes.size() == count - 1) {
            return new ClassRows(classes, IntStream.range(1, count).toArray());
        }
        throw new WeightFileException(
                file,
                "has " + count + " classes" + (source.hasBackground() ? ", the background among them" : "") + ", but "
                        + classes.size() + " names were given",
                "Give a name for each");
    }

    /** Those of a detector that is to start from the file, where their number fits; else one for each channel. */
    static ClassRows toStart(Path file, WeightSource source, int count, List<Category> categories)
            throws WeightFileException {
        boolean coco = source.hasBackground() && count == CocoClasses.CHANNELS && categories.equals(CocoClasses.all());
        if (coco || categories.size() == count || source.hasBackground() && categories.size() == count - 1) {
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
