package dev.retort.cli.gradcheck;

import java.util.List;

/** Groups of operations that make errors of the same kind, for tables. */
enum OperationFamily {
    MOVEMENT(
            "Movement",
            "UPLOAD DOWNLOAD FULL CAST RESHAPE NARROW PERMUTE PAD SLICE SLICE_GRADIENT CONCAT BROADCAST_TO"
                    + " stack split chunk squeeze unsqueeze repeat flip arange zeros tensor"),
    ELEMENTWISE(
            "Elementwise", "UNARY BINARY COMPARE LOGICAL WHERE CLAMP logicalNot reluGradient silu leakyRelu dropout"),
    REDUCTIONS("Reductions", "REDUCE ARG_REDUCE CUMSUM norm variance extreme"),
    PRODUCTS("Products", "GEMM matmul linear attention"),
    CONVOLUTIONS("Convolutions", "CONV2D CONV2D_INPUT_GRADIENT CONV2D_WEIGHT_GRADIENT convolution"),
    RESAMPLING(
            "Pooling and resizing",
            "MAX_POOL2D MAX_POOL2D_GRADIENT RESIZE_NEAREST RESIZE_NEAREST_GRADIENT avgPool2d resizeBilinear"),
    INDEXING(
            "Indexing",
            "INDEX_SELECT INDEX_ADD GATHER SCATTER_ADD ARG_SORT sort topK oneHot"
                    + " embedding nonzero maskedFill maskSelect"),
    NORMALIZATION(
            "Normalization",
            "softmax softmaxGradient logSoftmax layerNorm layerNormGradient groupNorm batchNorm batchNormGradient"),
    LOSSES(
            "Losses",
            "bceWithLogits sigmoidFocalLoss sigmoidFocalLossGradient l1 smoothL1 mse giou klDivergence crossEntropy"),
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
