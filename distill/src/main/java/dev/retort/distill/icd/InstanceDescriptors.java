package dev.retort.distill.icd;

import dev.retort.detection.box.GroundTruth;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * Descriptors of real and sampled instances (ICD, arXiv 2110.12724): what the decoder is asked about, and the answers
 * of the auxiliary task. A descriptor is [one-hot class | sine embedding of the jittered center, 256 | one-hot scale of
 * the width, 5, and of the height, 5].
 *
 * <p>Real instances take the first slots of an image, sampled ones the rest. Padding slots are class 0 at center (0, 0)
 * without scale.
 *
 * @param targets of the auxiliary task
 * @param width numbers of a descriptor, D
 * @param values {@code [N, K, D]} flattened
 * @param labels {@code [N, K]} flattened: classes
 * @param centers {@code [N, K, 2]} flattened: jittered centers as fractions of the image
 */
public record InstanceDescriptors(InstanceTargets targets, int width, double[] values, int[] labels, double[] centers) {
    private static final int FEATURES = 128;
    private static final double BASE = 10000;

    /**
     * Describes a batch.
     *
     * @param draws one an image, each of at least as many slots as the image has instances
     */
    public static InstanceDescriptors of(
            List<GroundTruth> images, List<SlotDraws> draws, IcdConfig.Descriptors config) {
        if (images.isEmpty() || images.size() != draws.size()) {
            throw new IllegalArgumentException("Descriptors need draws for each image, got " + images.size()
                    + " images and " + draws.size() + " draws");
        }
        int slots = draws.stream().mapToInt(SlotDraws::slots).max().orElseThrow();
        int count = images.size() * slots;
        InstanceTargets targets = new InstanceTargets(
                images.size(), slots, new boolean[count], new boolean[count], new double[4 * count]);
        InstanceDescriptors descriptors = new InstanceDescriptors(
                targets, config.width(), new double[count * config.width()], new int[count], new double[2 * count]);
        GroundTruth last = images.get(images.size() - 1);
        for (int n = 0; n < images.size(); n++) {
            GroundTruth image = images.get(n);
            descriptors.fill(n, image, draws.get(n), config.lastImageScale() ? last : image, config);
        }
        return descriptors;
    }

    /** The descriptors as a tensor [N, K, D]. */
    public Tensor tensor(Backend backend, DType dtype) {
        return backend.tensor(values, Shape.of(targets.images(), targets.slots(), width), dtype);
    }

    private void fill(int n, GroundTruth image, SlotDraws draws, GroundTruth scale, IcdConfig.Descriptors config) {
        if (draws.slots() < image.count()) {
            throw new IllegalArgumentException("Image " + image.id() + " has " + image.count()
                    + " instances but draws for " + draws.slots() + " slots; it needs as many");
        }
        for (int k = 0; k < targets.slots(); k++) {
            int slot = n * targets.slots() + k;
            if (k >= draws.slots()) {
                targets.padding()[slot] = true;
                describe(slot, 0, 0, 0, config);
                continue;
            }
            boolean real = k < image.count();
            int label = real ? image.classes()[k] : draws.classes()[k];
            if (label < 0 || label >= config.classes()) {
                throw new IllegalArgumentException("Image " + image.id() + " has an instance of class " + label
                        + "; there are classes 0 to " + (config.classes() - 1));
            }
            double[] box = real ? realBox(image, k) : sampledBox(draws, k);
            double w = box[2] - box[0];
            double h = box[3] - box[1];
            double x = (box[0] + box[2]) / 2 + (draws.jitter()[2 * k] - 0.5) * 2 * config.jitter() * w;
            double y = (box[1] + box[3]) / 2 + (draws.jitter()[2 * k + 1] - 0.5) * 2 * config.jitter() * h;
            describe(slot, label, x, y, config);
            targets.real()[slot] = real;
            double[] offsets = {x - box[0], y - box[1], box[2] - x, box[3] - y};
            System.arraycopy(offsets, 0, targets.offsets(), 4 * slot, 4);
            if (config.scaleIndicator()) {
                int start = slot * width + config.classes() + IcdConfig.Descriptors.CENTER_WIDTH;
                values[start + scaleOf(w * scale.width())] = 1;
                values[start + IcdConfig.Descriptors.SCALES + scaleOf(h * scale.height())] = 1;
            }
        }
    }

    /** XYXY as fractions of the image. */
    private static double[] realBox(GroundTruth image, int k) {
        double[] box = new double[4];
        for (int i = 0; i < 4; i++) {
            box[i] = image.boxes()[4 * k + i] / (i % 2 == 0 ? image.width() : image.height());
        }
        return box;
    }

    /** XYXY as fractions of the image, clamped to it. */
    private static double[] sampledBox(SlotDraws draws, int k) {
        double[] box = new double[4];
        for (int i = 0; i < 4; i++) {
            box[i] = Math.min(Math.max(draws.boxes()[4 * k + i], 0), 1);
        }
        return box;
    }

    private void describe(int slot, int label, double x, double y, IcdConfig.Descriptors config) {
        labels[slot] = label;
        centers[2 * slot] = x;
        centers[2 * slot + 1] = y;
        values[slot * width + label] = 1;
        int start = slot * width + config.classes();
        embed(x, start);
        embed(y, start + FEATURES);
    }

    /** 64 sines, then 64 cosines, of x*2*pi / 10000^(2i/128), written from {@code start} on. */
    private void embed(double x, int start) {
        int half = FEATURES / 2;
        for (int i = 0; i < half; i++) {
            double angle = x * 2 * Math.PI / Math.pow(BASE, 2.0 * i / FEATURES);
            values[start + i] = Math.sin(angle);
            values[start + half + i] = Math.cos(angle);
        }
    }

    /** The step of a side's length: floor(clamp(1.44*ln(pixels) - 5, 0, 4)). */
    static int scaleOf(double pixels) {
        double scale = 1.44 * Math.log(Math.max(pixels, 1)) - 5;
        return (int) Math.min(Math.max(scale, 0), IcdConfig.Descriptors.SCALES - 1);
    }
}
