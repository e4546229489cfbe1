package dev.retort.acceptance.golden;

import dev.retort.acceptance.golden.FormulaCheck.Operands;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.Map;

/**
 * The golden cases of group {@code ops} that are operations of a layer: convolution, pooling, resampling, products,
 * softmax, layer norm. Images go through NHWC and come back.
 */
final class LayerChecks {
    private LayerChecks() {}

    static void add(Map<String, GoldenCheck> checks) {
        checks.put("conv2d", FormulaCheck.one(in -> {
            int[] stride = in.integers("stride");
            int[] padding = in.integers("padding");
            int[] dilation = in.integers("dilation");
            Conv2dSpec spec = new Conv2dSpec(
                    stride[0], stride[1], padding[0], padding[1], dilation[0], dilation[1], in.integer("groups"));
            Tensor bias = in.has("bias") ? in.get("bias") : null;
            return nchw(in.ops().convolution(nhwc(in.get("x")), nhwc(in.get("weight")), bias, null, spec, false));
        }));
        checks.put("max_pool2d", FormulaCheck.one(in -> {
            int[] kernel = in.integers("kernel");
            int[] stride = in.integers("stride");
            int[] padding = in.integers("padding");
            Pool2dSpec spec = new Pool2dSpec(kernel[0], kernel[1], stride[0], stride[1], padding[0], padding[1]);
            return nchw(in.ops().maxPool2d(nhwc(in.get("x")), spec).values());
        }));
        checks.put("interpolate", FormulaCheck.one(LayerChecks::interpolate));
        checks.put("linear", FormulaCheck.one(in -> in.ops()
                .linear(in.get("x"), in.get("weight"), in.has("bias") ? in.get("bias") : null)));
        checks.put("matmul", FormulaCheck.one(in -> in.get("a")
                .matmul(
                        in.get("b"),
                        in.attr("transpose_a").booleanValue(),
                        in.attr("transpose_b").booleanValue())));
        checks.put("softmax", FormulaCheck.one(in -> {
            Tensor x = in.get("x");
            if (in.has("mask")) {
                x = x.maskedFill(in.get("mask"), Double.NEGATIVE_INFINITY);
            }
            return x.softmax(in.integer("dim"));
        }));
        checks.put("log_softmax", FormulaCheck.one(in -> in.get("x").logSoftmax(in.integer("dim"))));
        checks.put("layer_norm", FormulaCheck.one(LayerChecks::layerNorm));
    }

    private static Tensor nhwc(Tensor x) {
        return x.permute(0, 2, 3, 1);
    }

    private static Tensor nchw(Tensor x) {
        return x.permute(0, 3, 1, 2);
    }

    /** A norm over several axes is one over the last, once they are joined. */
    private static Tensor layerNorm(Operands in) throws IOException {
        Tensor x = in.get("x");
        int length = (int) Shape.of(in.integers("normalized_shape")).size();
        boolean affine = in.attr("affine").booleanValue();
        Tensor gamma = affine ? in.get("weight").reshape(length) : null;
        Tensor beta = affine ? in.get("bias").reshape(length) : null;
        return in.ops()
                .layerNorm(x.reshape(-1, length), gamma, beta, in.number("eps"))
                .reshape(x.shape());
    }

    private static Tensor interpolate(Operands in) throws IOException {
        Tensor x = in.get("x");
        int height = x.dim(2);
        int width = x.dim(3);
        if (in.attr("size").isNull()) {
            height = (int) (height * in.number("scale_factor"));
            width = (int) (width * in.number("scale_factor"));
        } else {
            height = in.integers("size")[0];
            width = in.integers("size")[1];
        }
        return nchw(
                in.attr("mode").stringValue().equals("nearest")
                        ? in.ops().resizeNearest(nhwc(x), height, width)
                        : in.ops().resizeBilinear(nhwc(x), height, width));
    }
}
