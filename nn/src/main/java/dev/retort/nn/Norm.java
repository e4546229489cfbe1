package dev.retort.nn;

/** Which normalization follows a convolution. */
public enum Norm {
    NONE,
    /** {@link FrozenBatchNorm2d} */
    FROZEN,
    /** {@link BatchNorm2d} */
    BATCH,
    /** {@link SyncBatchNorm2d} */
    SYNC
}
