package dev.retort.nn;

import java.util.Arrays;
import java.util.List;

/**
 * Mean and biased variance of each channel.
 *
 * @param count values of a channel
 */
record BatchStatistics(long count, double[] mean, double[] variance) {
    /** As ranks exchange them: the count, the means, the variances. */
    double[] numbers() {
        double[] numbers = new double[1 + mean.length + variance.length];
        numbers[0] = count;
        System.arraycopy(mean, 0, numbers, 1, mean.length);
        System.arraycopy(variance, 0, numbers, 1 + mean.length, variance.length);
        return numbers;
    }

    private static BatchStatistics of(double[] numbers) {
        int channels = numbers.length / 2;
        return new BatchStatistics(
                (long) numbers[0],
                Arrays.copyOfRange(numbers, 1, 1 + channels),
                Arrays.copyOfRange(numbers, 1 + channels, 1 + 2 * channels));
    }

    /** Those of all batches together, from the {@link #numbers} of each. */
    static BatchStatistics together(List<double[]> parts) {
        BatchStatistics all = of(parts.get(0));
        for (double[] part : parts.subList(1, parts.size())) {
            all = all.with(of(part));
        }
        return all;
    }

    /**
     * Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979), formula 2.1: no
     * difference of large squares.
     */
    private BatchStatistics with(BatchStatistics more) {
        if (count == 0 || more.count == 0) {
            return count == 0 ? more : this;
        }
        long total = count + more.count;
        double share = (double) more.count / total;
        double[] means = new double[mean.length];
        double[] variances = new double[mean.length];
        for (int c = 0; c < means.length; c++) {
            double distance = more.mean[c] - mean[c];
            means[c] = mean[c] + share * distance;
            variances[c] =
                    (1 - share) * variance[c] + share * more.variance[c] + share * (1 - share) * distance * distance;
        }
        return new BatchStatistics(total, means, variances);
    }
}
