package dev.retort.distill.icd;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * What instances of a data set look like: per class its frequency, and the mean and standard deviation of its boxes'
 * x, y, w, h as fractions of the image, (x, y) being the top left corner. Fake instances are sampled from it.
 */
public final class InstancePrior {
    private static final int NUMBERS = 4;
    private static final double UNIFORM_BOX = 0.2;

    private final double[] frequency;
    private final double[] cumulative;
    private final double[][] mean;
    private final double[][] deviation;

    /**
     * @param frequency {@code [classes]}: non-negative weights, not all 0; they are scaled to the sum 1
     * @param mean {@code [classes][4]}: of x, y, w, h
     * @param deviation {@code [classes][4]}: standard deviations
     */
    public InstancePrior(double[] frequency, double[][] mean, double[][] deviation) {
        int classes = frequency.length;
        if (mean.length != classes || deviation.length != classes) {
            throw new IllegalArgumentException("A prior of " + classes
                    + " classes needs as many means and deviations, not " + mean.length + " and " + deviation.length);
        }
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            if (!(frequency[i] >= 0) || mean[i].length != NUMBERS || deviation[i].length != NUMBERS) {
                throw new IllegalArgumentException("Class " + i + " of the prior has frequency " + frequency[i]
                        + ", mean " + Arrays.toString(mean[i]) + " and deviation " + Arrays.toString(deviation[i]));
            }
            sum += frequency[i];
        }
        if (!(sum > 0) || Double.isInfinite(sum)) {
            throw new IllegalArgumentException("The class frequencies of the prior add up to " + sum
                    + ": there is nothing to sample from. Where a data set has no instances, ask for the uniform prior"
                    + " (distillation.icd.uniformPrior=true)");
        }
        this.frequency = new double[classes];
        this.cumulative = new double[classes];
        double running = 0;
        for (int i = 0; i < classes; i++) {
            this.frequency[i] = frequency[i] / sum;
            running += frequency[i];
            cumulative[i] = running / sum;
        }
        this.mean = copy(mean);
        this.deviation = copy(deviation);
    }

    /**
     * Every class as likely as another, and 0.2 for all means and deviations: the released code's for data sets other
     * than COCO.
     */
    public static InstancePrior uniform(int classes) {
        double[] frequency = new double[classes];
        double[] box = new double[NUMBERS];
        Arrays.fill(frequency, 1);
        Arrays.fill(box, UNIFORM_BOX);
        double[][] boxes = new double[classes][];
        Arrays.fill(boxes, box);
        return new InstancePrior(frequency, boxes, boxes);
    }

    /** The prior of all instances that training sees: crowds and empty boxes are left out. */
    public static InstancePrior of(CocoDataset data) {
        Builder builder = new Builder(data.categories().size());
        for (ImageInfo image : data.images()) {
            for (Annotation box : data.annotations(image.id())) {
                if (!box.crowd() && box.w() > 0 && box.h() > 0) {
                    builder.add(
                            data.classOf(box.categoryId()),
                            box.x() / image.width(),
                            box.y() / image.height(),
                            box.w() / image.width(),
                            box.h() / image.height());
                }
            }
        }
        return builder.build();
    }

    /** Number of classes. */
    public int classes() {
        return frequency.length;
    }

    /** The share of instances that are of class {@code index}. */
    public double frequency(int index) {
        return frequency[index];
    }

    /** Mean of x, y, w, h of class {@code index}. */
    public double[] mean(int index) {
        return mean[index].clone();
    }

    /** Standard deviation of x, y, w, h of class {@code index}. */
    public double[] deviation(int index) {
        return deviation[index].clone();
    }

    /** The class at {@code u} in [0, 1) of the cumulative distribution. */
    public int classAt(double u) {
        int found = Arrays.binarySearch(cumulative, u);
        int index = found < 0 ? -found - 1 : found + 1;
        while (index < frequency.length && frequency[index] == 0) {
            index++;
        }
        // Rounding may leave the last sum a little below 1.
        while (index >= frequency.length || frequency[index] == 0) {
            index--;
        }
        return index;
    }

    /**
     * The prior as the released code reads it: it lists its classes in the order '0', '1', '10', '11', ..., so class 2
     * gets the numbers of class 10, and so on. For parity runs only.
     */
    public InstancePrior inOfficialOrder() {
        int[] order = IntStream.range(0, classes())
                .boxed()
                .sorted(Comparator.comparing(String::valueOf))
                .mapToInt(Integer::intValue)
                .toArray();
        return new InstancePrior(
                Arrays.stream(order).mapToDouble(i -> frequency[i]).toArray(),
                Arrays.stream(order).mapToObj(i -> mean[i]).toArray(double[][]::new),
                Arrays.stream(order).mapToObj(i -> deviation[i]).toArray(double[][]::new));
    }

    private static double[][] copy(double[][] rows) {
        return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
    }

    /** Collects boxes into a prior, in one pass (Welford's update). */
    public static final class Builder {
        private final double[] count;
        private final double[][] mean;
        private final double[][] squares;

        public Builder(int classes) {
            count = new double[classes];
            mean = new double[classes][NUMBERS];
            squares = new double[classes][NUMBERS];
        }

        /** One instance: its class, and its box's top left corner and size as fractions of its image. */
        public Builder add(int index, double x, double y, double w, double h) {
            double[] box = {x, y, w, h};
            count[index]++;
            for (int i = 0; i < NUMBERS; i++) {
                double before = box[i] - mean[index][i];
                mean[index][i] += before / count[index];
                squares[index][i] += before * (box[i] - mean[index][i]);
            }
            return this;
        }

        /** The prior; deviations are those of the population. A class never seen has frequency 0. */
        public InstancePrior build() {
            double[][] deviation = new double[count.length][NUMBERS];
            for (int k = 0; k < count.length; k++) {
                for (int i = 0; i < NUMBERS; i++) {
                    deviation[k][i] = Math.sqrt(squares[k][i] / Math.max(count[k], 1));
                }
            }
            return new InstancePrior(count, mean, deviation);
        }
    }
}
