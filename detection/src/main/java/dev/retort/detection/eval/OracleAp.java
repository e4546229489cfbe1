package dev.retort.detection.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/** AP50 over classes, as it is and as an oracle would make it that puts one kind of error right. */
final class OracleAp {
    private final List<Judged> judged = new ArrayList<>();
    private final long[] objects;
    private final long[] missed;

    /**
     * A detection that counts.
     *
     * @param category index of its class
     * @param kind -1 for a hit, else the ordinal of its error
     * @param becomes index of the class of the hit that its oracle makes of it; -1 if it removes it
     */
    private record Judged(int category, double score, int kind, int becomes) {
        private static final int HIT = -1;
        private static final int NONE = -1;
        static final Comparator<Judged> BEST_FIRST = Comparator.comparingDouble(one -> 0.0 - one.score);

        boolean isHit() {
            return kind == HIT;
        }

        Judged corrected() {
            return new Judged(becomes, score, HIT, NONE);
        }

        boolean isThere() {
            return category != NONE;
        }
    }

    OracleAp(int categories) {
        objects = new long[categories];
        missed = new long[categories];
    }

    /** Detections of a class come in the order in which the evaluator ranks equal scores. */
    void addHit(int category, double score) {
        judged.add(new Judged(category, score, Judged.HIT, Judged.NONE));
    }

    void addError(int category, double score, ErrorKind kind, int becomes) {
        judged.add(new Judged(category, score, kind.ordinal(), becomes));
    }

    /** An object that is to be found. */
    void addObject(int category, boolean isMissed) {
        objects[category]++;
        missed[category] += isMissed ? 1 : 0;
    }

    double asItIs() {
        return ap(UnaryOperator.identity(), new long[objects.length]);
    }

    double without(ErrorKind kind) {
        return kind == ErrorKind.MISSED
                ? ap(UnaryOperator.identity(), missed)
                : ap(one -> one.kind == kind.ordinal() ? one.corrected() : one, new long[objects.length]);
    }

    double withoutFalsePositives() {
        return ap(
                one -> one.isHit() ? one : new Judged(Judged.NONE, one.score, one.kind, Judged.NONE),
                new long[objects.length]);
    }

    double withoutFalseNegatives() {
        long[] notFound = objects.clone();
        judged.stream().filter(Judged::isHit).forEach(one -> notFound[one.category]--);
        return ap(UnaryOperator.identity(), notFound);
    }

    /** The mean over classes that have objects; -1 if none has. */
    private double ap(UnaryOperator<Judged> oracle, long[] notAskedFor) {
        List<List<Judged>> byCategory = new ArrayList<>();
        Arrays.stream(objects).forEach(count -> byCategory.add(new ArrayList<>()));
        for (Judged one : judged) {
            Judged seen = oracle.apply(one);
            if (seen.isThere()) {
                byCategory.get(seen.category).add(seen);
            }
        }
        double sum = 0;
        int count = 0;
        for (int k = 0; k < objects.length; k++) {
            if (objects[k] > 0) {
                sum += ap(byCategory.get(k), objects[k] - notAskedFor[k]);
                count++;
            }
        }
        return count == 0 ? -1 : sum / count;
    }

    /** The mean of monotone precision over recall levels, digit by digit as {@link CocoEvaluator} computes it. */
    private static double ap(List<Judged> found, long positives) {
        if (positives == 0) {
            return 1;
        }
        found.sort(Judged.BEST_FIRST);
        int n = found.size();
        double[] recall = new double[n];
        double[] precision = new double[n];
        double hits = 0;
        for (int i = 0; i < n; i++) {
            hits += found.get(i).isHit() ? 1 : 0;
            recall[i] = hits / positives;
            precision[i] = hits / (i + 1 + Math.ulp(1.0));
        }
        for (int i = n - 1; i > 0; i--) {
            precision[i - 1] = Math.max(precision[i - 1], precision[i]);
        }
        double sum = 0;
        int i = 0;
        for (double level : CocoMetrics.RECALL_LEVELS) {
            while (i < n && recall[i] < level) {
                i++;
            }
            sum += i < n ? precision[i] : 0;
        }
        return sum / CocoMetrics.RECALL_LEVELS.length;
    }
}
