package dev.retort.cli.study;

import dev.retort.detection.eval.CocoMetric;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A row's figures. Metrics are fractions.
 *
 * @param runs one for each seed of the study, in their order
 * @param difference to the reference; none for the reference itself and where no seed has both
 */
record RowFigures(Study.Row row, String key, List<SeedRun> runs, Optional<Difference> difference) {

    /**
     * What there is of a row's run of one seed.
     *
     * @param result none where it is not made yet
     * @param givenUp why it is not tried again; empty otherwise
     */
    record SeedRun(long seed, Optional<RunResult> result, String givenUp) {
        boolean isComplete() {
            return result.isPresent() && !result.get().isFailed();
        }

        boolean isFailed() {
            return result.isPresent() && result.get().isFailed();
        }
    }

    /**
     * A row against the reference.
     *
     * @param n seeds that both have
     * @param deviation of the paired differences; none for one seed
     * @param interval at 95 %; none for fewer than three seeds, like the next three
     * @param probability adjusted by Holm's correction
     * @param corrected the interval at the level of that correction
     * @param overImages where the difference lies on other images of the same kind; none without a bootstrap
     * @param better seeds with a higher value than the reference's
     */
    record Difference(
            int n,
            double mean,
            OptionalDouble deviation,
            Optional<Interval> interval,
            OptionalDouble probability,
            Optional<Interval> corrected,
            Optional<Interval> overImages,
            int better) {
        /** Whether neither seeds nor images explain the difference by chance. */
        boolean isDifferent() {
            return corrected.isPresent()
                    && corrected.get().leavesOut(0)
                    && overImages.isPresent()
                    && overImages.get().leavesOut(0);
        }
    }

    RowFigures {
        runs = List.copyOf(runs);
    }

    List<SeedRun> complete() {
        return runs.stream().filter(SeedRun::isComplete).toList();
    }

    int n() {
        return complete().size();
    }

    long failed() {
        return runs.stream().filter(SeedRun::isFailed).count();
    }

    double[] values(CocoMetric metric) {
        return complete().stream()
                .mapToDouble(run -> run.result().orElseThrow().value(metric))
                .toArray();
    }

    /** Mean over the runs that are complete. */
    OptionalDouble mean(CocoMetric metric) {
        return complete().stream()
                .mapToDouble(run -> run.result().orElseThrow().value(metric))
                .average();
    }

    /** With n - 1; none for fewer than two runs. */
    OptionalDouble deviation(CocoMetric metric) {
        return n() < 2 ? OptionalDouble.empty() : OptionalDouble.of(PairedDifferences.deviation(values(metric)));
    }

    /** Mean seconds of a run. */
    OptionalDouble seconds() {
        return complete().stream()
                .mapToDouble(run -> run.result().orElseThrow().seconds().total())
                .average();
    }
}
