package dev.retort.distill.icd;

import dev.retort.tensor.ShapeException;

/**
 * What the instance slots of a batch stand for: K slots an image, after padding to the longest.
 *
 * @param images N
 * @param slots K
 * @param padding {@code [N, K]} flattened: the slot stands for nothing
 * @param real {@code [N, K]} flattened: the slot is a real instance; else it was sampled, or is padding
 * @param offsets {@code [N, K, 4]} flattened: from the jittered center to the left, top, right and bottom edge, as
 *     fractions of the image's width and height
 */
public record InstanceTargets(int images, int slots, boolean[] padding, boolean[] real, double[] offsets) {
    public InstanceTargets {
        int count = images * slots;
        if (images < 1 || slots < 1 || padding.length != count || real.length != count || offsets.length != 4 * count) {
            throw new ShapeException("Targets of " + images + " images with " + slots + " slots got " + padding.length
                    + " padding flags, " + real.length + " labels and " + offsets.length + " offsets");
        }
        for (int i = 0; i < count; i++) {
            if (padding[i] && real[i]) {
                throw new IllegalArgumentException(
                        "Slot " + i % slots + " of image " + i / slots + " is both padding and a real instance");
            }
        }
    }

    /** 1 where a slot counts in the distillation, else 0: {@code [N, K]} flattened. */
    double[] indicator(boolean negatives) {
        double[] indicator = new double[padding.length];
        for (int i = 0; i < indicator.length; i++) {
            indicator[i] = real[i] || (negatives && !padding[i]) ? 1 : 0;
        }
        return indicator;
    }
}
