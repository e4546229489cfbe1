package dev.retort.tensor;

/**
 * The operations of {@link Backend}. A backend declares which core ones it has, per data type; a composed one is supported
 * where the core ones of its default are.
 */
public enum Operation {
    UPLOAD,
    DOWNLOAD,
    FULL,
    CAST,
    RESHAPE,
    NARROW,
    PERMUTE,
    PAD,
    SLICE,
    SLICE_GRADIENT,
    CONCAT,
    BROADCAST_TO,
    UNARY,
    BINARY,
    COMPARE,
    LOGICAL,
    WHERE,
    CLAMP,
    REDUCE,
    ARG_REDUCE,
    ARG_SORT,
    CUMSUM,
    GEMM,
    CONV2D,
    CONV2D_INPUT_GRADIENT,
    CONV2D_WEIGHT_GRADIENT,
    MAX_POOL2D,
    MAX_POOL2D_GRADIENT,
    RESIZE_NEAREST,
    RESIZE_NEAREST_GRADIENT,
    INDEX_SELECT,
    INDEX_ADD,
    GATHER,
    SCATTER_ADD,
    ASSIGN,
    AXPY
}
