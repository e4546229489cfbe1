package dev.retort.kernels.device;

/** All integers from lowest to highest; none if lowest is the greater. */
record Range(long lowest, long highest) {
    /** No number at all. */
    static final Range EMPTY = new Range(Long.MAX_VALUE, Long.MIN_VALUE);

    /** The range of an array's numbers; null if it is not an int[] or long[]. */
    static Range of(Object array) {
        long lowest = Long.MAX_VALUE;
        long highest = Long.MIN_VALUE;
        if (array instanceof int[] ints) {
            for (int value : ints) {
                lowest = Math.min(lowest, value);
                highest = Math.max(highest, value);
            }
        } else if (array instanceof long[] longs) {
            for (long value : longs) {
                lowest = Math.min(lowest, value);
                highest = Math.max(highest, value);
            }
        } else {
            return null;
        }
        return new Range(lowest, highest);
    }

    /** The smallest range around both. */
    Range and(Range other) {
        return new Range(Math.min(lowest, other.lowest), Math.max(highest, other.highest));
    }

    boolean isInside(long low, long high) {
        return lowest > highest || (lowest >= low && highest <= high);
    }

    boolean hasNo(long value) {
        return value < lowest || value > highest;
    }
}
