package dev.retort.detection.data;

import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which images form training batch t: a pure function of (seed, t).
 *
 * <p>Every epoch visits all images in a new random order. Landscape and portrait images are collected apart, and a
 * batch is complete when its group has {@code batchSize} of them (detectron2's aspect-ratio grouping, which keeps padding
 * small); what is left over at the end of an epoch is carried into the next. Any t is found without replaying: after e
 * epochs a group of n images has completed floor(e*n/batchSize) batches.
 */
public final class BatchOrder {
    private static final int EPOCHS_KEPT = 4;

    private final int batchSize;
    private final long seed;
    private final int[] groupOf;
    private final int[] groupSizes;

    /** One epoch: the visiting order, and for each group its members in that order. */
    private record Epoch(int[] order, int[][] groups) {}

    private final Map<Long, Epoch> epochs = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Epoch> eldest) {
            return size() > EPOCHS_KEPT;
        }
    };

    /**
     * @param grouped whether landscape and portrait images go into separate batches
     */
    public BatchOrder(List<ImageInfo> images, int batchSize, boolean grouped, long seed) {
        if (images.isEmpty() || batchSize <= 0) {
            throw new IllegalArgumentException(
                    "Batches need images and a positive size, not " + images.size() + " images and size " + batchSize);
        }
        this.batchSize = batchSize;
        this.seed = seed;
        this.groupOf = images.stream()
                .mapToInt(image -> grouped && image.landscape() ? 1 : 0)
                .toArray();
        this.groupSizes = new int[2];
        for (int group : groupOf) {
            groupSizes[group]++;
        }
    }

    /** Indexes, into the list of images, of batch {@code iteration}: {@code [batchSize]}. */
    public synchronized int[] batch(long iteration) {
        long number = epochOf(iteration);
        long wanted = iteration - completedBefore(number);
        long[] positions = new long[groupSizes.length];
        for (int group = 0; group < positions.length; group++) {
            positions[group] = number * groupSizes[group];
        }
        for (int image : epoch(number).order) {
            int group = groupOf[image];
            positions[group]++;
            if (positions[group] % batchSize == 0 && wanted-- == 0) {
                return members(group, positions[group] - batchSize);
            }
        }
        throw new IllegalStateException("Batch " + iteration + " is not in epoch " + number);
    }

    /** The epoch (from 0) in which batch {@code iteration} is completed. */
    public long epochOf(long iteration) {
        if (iteration < 0) {
            throw new IllegalArgumentException("There is no batch " + iteration);
        }
        long low = 0;
        // Each group holds back less than one batch, so this many epochs surely complete enough.
        long high = (iteration + 1 + groupSizes.length) * batchSize / groupOf.length + 1;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (completedBefore(middle + 1) > iteration) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private long completedBefore(long epoch) {
        long batches = 0;
        for (int size : groupSizes) {
            batches += epoch * size / batchSize;
        }
        return batches;
    }

    private int[] members(int group, long first) {
        int[] images = new int[batchSize];
        for (int i = 0; i < batchSize; i++) {
            long position = first + i;
            int[] order = epoch(position / groupSizes[group]).groups[group];
            images[i] = order[(int) (position % groupSizes[group])];
        }
        return images;
    }

    private Epoch epoch(long number) {
        return epochs.computeIfAbsent(number, key -> {
            int[] order = CounterRandom.permutation(groupOf.length, seed, Purpose.DATA_ORDER, key);
            int[][] groups = new int[groupSizes.length][];
            int[] filled = new int[groupSizes.length];
            for (int group = 0; group < groups.length; group++) {
                groups[group] = new int[groupSizes[group]];
            }
            for (int image : order) {
                int group = groupOf[image];
                groups[group][filled[group]++] = image;
            }
            return new Epoch(order, groups);
        });
    }
}
