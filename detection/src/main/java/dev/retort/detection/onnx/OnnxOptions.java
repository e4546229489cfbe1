package dev.retort.detection.onnx;

import dev.retort.detection.box.ImageSize;
import java.util.Optional;

/**
 * How a detector is written as ONNX. Start from {@link #defaults}.
 *
 * @param nms whether the graph decodes boxes, suppresses overlapping ones and gives detections; otherwise it gives what the head
 *     says of every anchor or point
 * @param normalize whether the graph normalizes its input, which is 0 to 255 then; otherwise the caller does
 * @param size of the images that the graph takes; empty where every call may have another
 * @param opset version of ONNX's operators, from {@link #OLDEST_OPSET} to {@link #NEWEST_OPSET}
 */
public record OnnxOptions(boolean nms, boolean normalize, Optional<ImageSize> size, int opset) {
    /** The oldest version of the operators that can be written. */
    public static final int OLDEST_OPSET = 17;

    /** The newest one. */
    public static final int NEWEST_OPSET = 21;

    /** Pixels along an edge; far above everything that is trained. */
    private static final int LONGEST_EDGE = 16_384;

    public OnnxOptions {
        if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
            throw new IllegalArgumentException(
                    "The opset must be from " + OLDEST_OPSET + " to " + NEWEST_OPSET + ", not " + opset);
        }
        size.ifPresent(image -> {
            if (Math.max(image.height(), image.width()) > LONGEST_EDGE) {
                throw new IllegalArgumentException("The size of an ONNX model's images must be at most " + LONGEST_EDGE
                        + "x" + LONGEST_EDGE + ", not " + image.height() + "x" + image.width());
            }
        });
    }

    /** Without suppression, normalized by the caller, images of any size, opset 17. */
    public static OnnxOptions defaults() {
        return new OnnxOptions(false, false, Optional.empty(), OLDEST_OPSET);
    }

    /** These options with or without decoding and suppression in the graph. */
    public OnnxOptions withNms(boolean inside) {
        return new OnnxOptions(inside, normalize, size, opset);
    }

    /** These options with or without normalization in the graph. */
    public OnnxOptions withNormalize(boolean inside) {
        return new OnnxOptions(nms, inside, size, opset);
    }

    /** These options for images of one size. */
    public OnnxOptions withSize(ImageSize fixed) {
        return new OnnxOptions(nms, normalize, Optional.of(fixed), opset);
    }

    /** These options with another version of the operators. */
    public OnnxOptions withOpset(int version) {
        return new OnnxOptions(nms, normalize, size, version);
    }
}
