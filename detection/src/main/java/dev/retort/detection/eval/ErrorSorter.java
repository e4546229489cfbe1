package dev.retort.detection.eval;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sorts errors by kind, image by image, and lets {@link OracleAp} compute what each kind costs. */
final class ErrorSorter {
    private final List<Category> categories;
    private final Map<Long, Integer> classes = new HashMap<>();
    private final long[][] counts;
    private final OracleAp oracle;

    ErrorSorter(List<Category> categories) {
        this.categories = categories;
        categories.forEach(category -> classes.put(category.id(), classes.size()));
        counts = new long[categories.size()][ErrorKind.values().length];
        oracle = new OracleAp(categories.size());
    }

    /** An error of a detection, and the object that its oracle would give it; -1 if it would remove the detection. */
    private record Error(ErrorKind kind, int truth) {}

    /** Takes in an image that was matched at {@link ErrorAnalysis#FOREGROUND_IOU}. */
    void add(ImageScene scene) {
        List<Annotation> truths = scene.truths();
        boolean[] nearly = new boolean[truths.size()];
        Map<ErrorKind, boolean[]> corrected = new EnumMap<>(ErrorKind.class);
        for (ImageScene.Found found : scene.found()) {
            int k = classes.get(found.detection().categoryId());
            if (found.isHit()) {
                oracle.addHit(k, found.detection().score());
            } else if (found.isWrong()) {
                Error error = error(scene, found.detection());
                counts[k][error.kind.ordinal()]++;
                int becomes = -1;
                if (error.truth >= 0) {
                    nearly[error.truth] = true;
                    boolean[] taken = corrected.computeIfAbsent(error.kind, kind -> new boolean[truths.size()]);
                    if (!scene.isHit(error.truth) && !taken[error.truth]) {
                        taken[error.truth] = true;
                        becomes = classes.get(truths.get(error.truth).categoryId());
                    }
                }
                oracle.addError(k, found.detection().score(), error.kind, becomes);
            }
        }
        for (int g = 0; g < truths.size(); g++) {
            if (!truths.get(g).crowd()) {
                int k = classes.get(truths.get(g).categoryId());
                boolean missed = !scene.isHit(g) && !nearly[g];
                counts[k][ErrorKind.MISSED.ordinal()] += missed ? 1 : 0;
                oracle.addObject(k, missed);
            }
        }
    }

    private static Error error(ImageScene scene, Detection detection) {
        double[] overlaps = scene.overlaps(detection);
        int own = -1;
        int other = -1;
        for (int g = 0; g < overlaps.length; g++) {
            if (scene.truths().get(g).categoryId() == detection.categoryId()) {
                own = own < 0 || overlaps[g] > overlaps[own] ? g : own;
            } else {
                other = other < 0 || overlaps[g] > overlaps[other] ? g : other;
            }
        }
        double toOwn = own < 0 ? 0 : overlaps[own];
        double toOther = other < 0 ? 0 : overlaps[other];
        if (toOwn >= ErrorAnalysis.BACKGROUND_IOU && toOwn < ErrorAnalysis.FOREGROUND_IOU) {
            return new Error(ErrorKind.LOCALIZATION, own);
        }
        if (toOther >= ErrorAnalysis.FOREGROUND_IOU) {
            return new Error(ErrorKind.CLASSIFICATION, other);
        }
        if (toOwn >= ErrorAnalysis.FOREGROUND_IOU) {
            return new Error(ErrorKind.DUPLICATE, -1);
        }
        return new Error(toOther <= ErrorAnalysis.BACKGROUND_IOU ? ErrorKind.BACKGROUND : ErrorKind.BOTH, -1);
    }

    ErrorAnalysis result() {
        double ap = oracle.asItIs();
        Map<ErrorKind, Double> gains = new EnumMap<>(ErrorKind.class);
        for (ErrorKind kind : ErrorKind.values()) {
            gains.put(kind, gain(oracle.without(kind), ap));
        }
        return new ErrorAnalysis(
                ap,
                gains,
                gain(oracle.withoutFalsePositives(), ap),
                gain(oracle.withoutFalseNegatives(), ap),
                categories,
                counts);
    }

    /** No oracle lowers AP; a rounding error may seem to. */
    private static double gain(double with, double without) {
        return Math.max(0, with - without);
    }
}
