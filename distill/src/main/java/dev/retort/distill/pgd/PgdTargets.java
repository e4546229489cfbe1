package dev.retort.distill.pgd;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.Places;
import dev.retort.distill.region.CellWeights;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The cells of a micro-batch that PGD compares, by what the teacher predicts. An object's score is the sigmoid of its class logit, for
 * FCOS as well: how well a box is placed, which FCOS' third branch estimates, enters by the IoU.
 */
final class PgdTargets {
    /** The released code's number of cells of an object. */
    private static final int MOST = 9;

    private static final int OBJECT_BITS = 16;
    private static final int DRAW_BITS = 6;

    private final DensePredictions teacher;
    private final List<GroundTruth> truth;
    private final long stream;
    private final List<Places> places;
    private final double[] centers;
    private final List<Tensor> decoded = new ArrayList<>();

    /** @param microBatch counts all micro-batches of the run, so that each draws its own noise */
    PgdTargets(DensePredictions teacher, List<GroundTruth> truth, long seed, long microBatch) {
        this.teacher = teacher;
        this.truth = truth;
        stream = CounterRandom.stream(seed, Purpose.PLACE_NOISE, microBatch);
        places = teacher.places();
        centers = centers(places);
        for (int level = 0; level < places.size(); level++) {
            decoded.add(teacher.decode(level, teacher.boxes(level)));
        }
    }

    /** What the weights of a tower are for. */
    enum Tower {
        /** Classification: the IoU has the exponent 0.8. */
        CLASSES(0.8),
        /** Boxes: 0.6. */
        BOXES(0.6);

        private final double exponent;

        Tower(double exponent) {
            this.exponent = exponent;
        }
    }

    /** The weights of each level for a tower. */
    List<CellWeights> weights(Tower tower) {
        List<CellWeights> levels = empty();
        for (int image = 0; image < truth.size(); image++) {
            int[][] best = best(image, tower);
            double[][] noise = new double[best.length][];
            for (int object = 0; object < best.length; object++) {
                noise[object] = noise(truth.get(image), object, tower, best[object].length);
            }
            put(levels, image, PgdGaussian.weights(centers, truth.get(image), best, noise));
        }
        return levels;
    }

    /** 1 in the cells of each level that lie in no box. */
    List<CellWeights> background() {
        List<CellWeights> levels = empty();
        for (int image = 0; image < truth.size(); image++) {
            put(levels, image, PgdGaussian.background(centers, truth.get(image)));
        }
        return levels;
    }

    private int[][] best(int image, Tower tower) {
        try (Scope scope = Scope.open()) {
            return PgdQuality.best(
                    rows(teacher.logits(), image),
                    rows(decoded, image),
                    places,
                    truth.get(image),
                    tower.exponent,
                    MOST);
        }
    }

    private static List<Tensor> rows(List<Tensor> levels, int image) {
        return levels.stream().map(level -> level.narrow(image, 1).squeeze(0)).toList();
    }

    /** A function of seed, micro-batch, image, object and tower. */
    private double[] noise(GroundTruth image, int object, Tower tower, int cells) {
        long first = ((image.id() << OBJECT_BITS | object) << 1 | tower.ordinal()) << DRAW_BITS;
        return IntStream.range(0, 2 * cells)
                .mapToDouble(i -> CounterRandom.uniform(stream, first + i))
                .toArray();
    }

    private List<CellWeights> empty() {
        return places.stream()
                .map(level -> new CellWeights(truth.size(), level.height(), level.width()))
                .toList();
    }

    private static void put(List<CellWeights> levels, int image, double[] joined) {
        int start = 0;
        for (CellWeights level : levels) {
            int cells = level.height() * level.width();
            for (int cell = 0; cell < cells; cell++) {
                level.values()[image * cells + cell] = (float) joined[start + cell];
            }
            start += cells;
        }
    }

    /** Of a cell's first place; all have one center. */
    private static double[] centers(List<Places> places) {
        double[] centers = new double
                [2 * places.stream().mapToInt(at -> at.height() * at.width()).sum()];
        int at = 0;
        for (Places level : places) {
            for (int place = 0; place < level.count(); place += level.perCell()) {
                double[] boxes = level.boxes();
                centers[at++] = (boxes[4 * place] + boxes[4 * place + 2]) / 2;
                centers[at++] = (boxes[4 * place + 1] + boxes[4 * place + 3]) / 2;
            }
        }
        return centers;
    }
}
