package dev.retort.distill.pgd;

import dev.retort.distill.region.RegionWeights;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * Prediction-guided distillation (PGD, arXiv 2203.05469) of one level of a head's towers: maps behind the first convolution
 * and its ReLU are compared where the teacher predicts best. With the spatial attention A = HW * softmax over cells of (mean_c |x| / T)
 * and the channel attention of each cell B = C * softmax over channels of (|x| / T), those of the teacher where none is named:
 * <pre>
 * foreground, background = sum mask / n * A * B * (S - T)^2 / N                  tower of classes
 * attention              = (sum |A_S - A_T| + sum |B_S - B_T| / HW) / N          tower of classes
 * boxes                  = mean over marked cells of weight * mean_c B * (S - T)^2
 * attention              = mean over marked cells of sum_c |B_S - B_T|           tower of boxes
 * </pre>
 * n is the number of cells of an image that a mask marks, which are those that are not 0. In the released code a broadcast puts every
 * image under the masks of all images of the batch.
 */
public final class PgdLoss {
    private PgdLoss() {}

    /** The losses of the tower of classes, scalars. */
    public record Classes(Tensor foreground, Tensor background, Tensor attention) {}

    /** The losses of the tower of boxes, scalars. */
    public record Boxes(Tensor feature, Tensor attention) {}

    /**
     * Compares the towers of classes.
     *
     * @param student [N, H, W, C], behind the ReLU
     * @param teacher likewise, a constant
     * @param foreground [N, H, W, 1]: weights of cells, a constant
     * @param background likewise
     * @param crossed whether every image is under the masks of all images
     */
    public static Classes classes(
            Tensor student, Tensor teacher, Tensor foreground, Tensor background, double temperature, boolean crossed) {
        try (Scope scope = Scope.open()) {
            Tensor cells = RegionWeights.activation(teacher, temperature);
            Tensor channels = channels(teacher, temperature);
            Tensor gap = student.sub(teacher)
                    .square()
                    .mul(channels)
                    .sum(3)
                    .unsqueeze(3)
                    .mul(cells);
            double images = student.dim(0);
            Tensor cellGap =
                    RegionWeights.activation(student, temperature).l1(cells).sum();
            Tensor channelGap = channels(student, temperature).l1(channels).sum();
            double each = 1.0 / (student.dim(1) * student.dim(2));
            return new Classes(
                    scope.keep(gap.mul(byImage(foreground, crossed)).sum().div(images)),
                    scope.keep(gap.mul(byImage(background, crossed)).sum().div(images)),
                    scope.keep(cellGap.add(channelGap.mul(each)).div(images)));
        }
    }

    /**
     * Compares the towers of boxes.
     *
     * @param student [N, H, W, C], behind the ReLU
     * @param teacher likewise, a constant
     * @param weights [N, H, W, 1]: of cells, a constant
     */
    public static Boxes boxes(Tensor student, Tensor teacher, Tensor weights, double temperature) {
        try (Scope scope = Scope.open()) {
            Tensor channels = channels(teacher, temperature);
            Tensor gap = student.sub(teacher).square().mul(channels).mean(3).unsqueeze(3);
            Tensor marked = marked(weights);
            Tensor cells = atLeastOne(marked.sum());
            Tensor apart = channels(student, temperature).l1(channels).sum(3).unsqueeze(3);
            return new Boxes(
                    scope.keep(gap.mul(weights).sum().div(cells)),
                    scope.keep(apart.mul(marked).sum().div(cells)));
        }
    }

    /** A mask divided by the number of cells that it marks in each image: [N, H, W, 1]; [1, H, W, 1] for all images if crossed. */
    private static Tensor byImage(Tensor mask, boolean crossed) {
        try (Scope scope = Scope.open()) {
            Tensor divided = mask.div(atLeastOne(marked(mask).reduce(ReduceOp.SUM, true, 1, 2, 3)));
            return scope.keep(crossed ? divided.reduce(ReduceOp.SUM, true, 0) : divided);
        }
    }

    private static Tensor marked(Tensor mask) {
        return mask.compare(CompareOp.NE, 0).cast(mask.dtype());
    }

    private static Tensor atLeastOne(Tensor count) {
        return count.clamp(1, Double.POSITIVE_INFINITY);
    }

    /** The channel attention of each cell, [N, H, W, C]. */
    private static Tensor channels(Tensor map, double temperature) {
        try (Scope scope = Scope.open()) {
            return scope.keep(map.abs().div(temperature).softmax(3).mul((double) map.dim(3)));
        }
    }
}
