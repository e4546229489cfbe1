package dev.retort.cli.study;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Holm's correction for several tests at once (Holm, A simple sequentially rejective multiple test procedure, Scandinavian
 * Journal of Statistics 6, 1979): the smallest of m probabilities is held against alpha / m, the next against alpha / (m - 1), and
 * so on until one is too large.
 *
 * @param probability adjusted: below alpha if the test finds a difference
 * @param divisor what alpha is divided by for the test's interval, so that it leaves out 0 if and only if the test finds one
 */
record Holm(double probability, int divisor) {

    /**
     * In the order of the probabilities given.
     *
     * @param m tests that there will be: at least as many as there are probabilities so far
     */
    static List<Holm> adjust(List<Double> probabilities, int m, double alpha) {
        List<Integer> order = IntStream.range(0, probabilities.size())
                .boxed()
                .sorted(Comparator.comparingDouble(probabilities::get))
                .toList();
        Holm[] adjusted = new Holm[probabilities.size()];
        double highest = 0;
        int divisor = m;
        for (int rank = 0; rank < adjusted.length; rank++) {
            // Behind the first that is too large, alpha is divided as for that one.
            divisor = highest < alpha ? m - rank : divisor;
            int at = order.get(rank);
            highest = Math.max(highest, Math.min(1, (m - rank) * probabilities.get(at)));
            adjusted[at] = new Holm(highest, divisor);
        }
        return List.of(adjusted);
    }
}
