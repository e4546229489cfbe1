package dev.retort.testkit.gradients;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How many results have errors of which size, in ulp. Buckets double: exactly 0, up to 1/2, 1, 2, 4, ... 2^20 ulp, and more.
 */
public final class ErrorHistogram {
    private static final int LARGEST_POWER = 20;
    /** 0; up to 1/2; up to 2^0 .. 2^20; more. */
    private static final int BUCKETS = LARGEST_POWER + 4;

    /** The last bucket, of all larger errors. */
    public static final int LAST = BUCKETS - 1;

    private final long[] counts = new long[BUCKETS];
    private double worst;

    /** Where an error belongs: 0 for none, 1 for (0, 1/2], k for (2^(k-3), 2^(k-2)], the last for all larger ones. */
    static int bucket(double ulps) {
        if (ulps == 0) {
            return 0;
        }
        if (!(ulps <= Math.scalb(1, LARGEST_POWER))) {
            return BUCKETS - 1;
        }
        int exponent = Math.getExponent(ulps);
        boolean power = Math.scalb(1, exponent) == ulps;
        return Math.max(1, exponent + (power ? 2 : 3));
    }

    void add(double ulps) {
        counts[bucket(ulps)]++;
        if (!(ulps <= worst)) {
            worst = ulps;
        }
    }

    /** The errors of several comparisons together. */
    public static ErrorHistogram sum(List<ErrorHistogram> parts) {
        ErrorHistogram sum = new ErrorHistogram();
        for (ErrorHistogram part : parts) {
            for (int i = 0; i < BUCKETS; i++) {
                sum.counts[i] += part.counts[i];
            }
            if (!(part.worst <= sum.worst)) {
                sum.worst = part.worst;
            }
        }
        return sum;
    }

    /** Counts by bucket, without the empty ones at the end. */
    public List<Long> counts() {
        int end = BUCKETS;
        while (end > 0 && counts[end - 1] == 0) {
            end--;
        }
        List<Long> list = new ArrayList<>();
        for (int i = 0; i < end; i++) {
            list.add(counts[i]);
        }
        return list;
    }

    /** What a bucket holds, for people: 0, 1/2, 1, 2, 4, ... are upper ends. */
    public static String label(int bucket) {
        if (bucket == 0) {
            return "0";
        }
        if (bucket == BUCKETS - 1) {
            return "more";
        }
        return bucket == 1 ? "1/2" : Long.toString(1L << (bucket - 2));
    }

    /** {@link #label} where there is little room: 1024 is 1k, 2^20 is 1M. */
    public static String shortLabel(int bucket) {
        int power = bucket - 2;
        if (bucket == LAST || power < 10) {
            return label(bucket);
        }
        return (1 << (power % 10)) + (power < 20 ? "k" : "M");
    }

    /** How many results there are. */
    public long total() {
        return Arrays.stream(counts).sum();
    }

    /** The largest error; infinite or NaN where one was no number. */
    public double worst() {
        return worst;
    }

    /** The share of results, 0 to 1, with an error of at most half an ulp: as good as rounding can be. */
    public double roundedWell() {
        long total = total();
        return total == 0 ? 1 : (double) (counts[0] + counts[1]) / total;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        List<Long> list = counts();
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) > 0) {
                text.append(text.isEmpty() ? "" : ", ").append(list.get(i)).append(i == 0 ? " at " : " up to ");
                text.append(label(i));
            }
        }
        return text + String.format(Locale.ROOT, " ulp, worst %.3g", worst);
    }
}
