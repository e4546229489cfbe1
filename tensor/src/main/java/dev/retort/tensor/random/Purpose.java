package dev.retort.tensor.random;

/**
 * What random numbers are drawn for. Each purpose is a space of its own: draws for one never shift another's. The key,
 * not the position in this list, enters the hash, so a purpose can be added anywhere without changing the others.
 */
public enum Purpose {
    /** Initial values of weights. */
    INITIALIZATION(1),
    /** Order in which images are visited. */
    DATA_ORDER(2),
    /** Choice of size and flip for each image. */
    AUGMENTATION(3),
    /** Sampled instances and jitter of the distillation method. */
    DESCRIPTORS(4),
    /** Dropout masks. */
    DROPOUT(5),
    /** Images of generated data sets. */
    SYNTHETIC_DATA(6),
    /** The part that is cut out of a training image. */
    CROP(7),
    /** By how much a training image is scaled, and the window of a fixed size. */
    SCALE_JITTER(8),
    /** Changes of a training image's colors. */
    COLOR(9),
    /** Which images make a mosaic, and where they meet. */
    MOSAIC(10),
    /** Cells of feature maps that a distillation method hides. */
    FEATURE_MASKS(11),
    /** Shifts of the places that a distillation method weights. */
    PLACE_NOISE(12),
    /** Images of an evaluation that a bootstrap draws. */
    RESAMPLING(20);

    private final long key;

    Purpose(long key) {
        this.key = key;
    }

    long key() {
        return key;
    }
}
