package dev.retort.distill.gradcheck;

import java.util.List;

/** Groups of operations that make errors of the same kind, for tables. */
enum OperationFamily {
    MOVEMENT(
            "Movement",
            "UPLOAD DOWNLOAD FULL CAST RESHAPE NARROW PERMUTE PAD SLICE SLICE_GRADIENT CONCAT BROADCAST_TO"),
    ELEMENTWISE("Elementwise", "UNARY BINARY COMPARE LOGICAL WHERE CLAMP reluGradient"),
    REDUCTIONS("Reductions", "REDUCE ARG_REDUCE CUMSUM"),
    PRODUCTS("Products", "GEMM matmul linear attention scaledDotProductAttention"),
    CONVOLUTIONS("Convolutions", "CONV2D CONV2D_INPUT_GRADIENT CONV2D_WEIGHT_GRADIENT convolution"),
    RESAMPLING("Pooling and resizing", "MAX_POOL2D MAX_POOL2D_GRADIENT RESIZE_NEAREST RESIZE_NEAREST_GRADIENT"),
    INDEXING("Indexing", "INDEX_SELECT INDEX_ADD GATHER SCATTER_ADD"),
    NORMALISATION(
            "Normalisation",
            "softmax softmaxGradient logSoftmax layerNorm layerNormGradient batchNorm batchNormGradient"),
    LOSSES("Losses", "bceWithLogits sigmoidFocalLoss sigmoidFocalLossGradient smoothL1"),
    IN_PLACE("In place", "ASSIGN AXPY sgdStep adamwStep"),
    MODEL("Whole model", ModelCheck.OPERATION),
    OTHERS("Others", "");

    private final String title;
    private final List<String> operations;

    OperationFamily(String title, String operations) {
        this.title = title;
        this.operations = List.of(operations.split(" "));
    }

    String title() {
        return title;
    }

    /** The family of an operation; {@link #OTHERS} for one that none names. */
    static OperationFamily of(String operation) {
        for (OperationFamily family : values()) {
            if (family.operations.contains(operation)) {
                return family;
            }
        }
        return OTHERS;
    }
}
