package dev.retort.nn.backbone;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Residual net (arXiv 1512.03385) as a detector's backbone, under detectron2's names: {@code stem.conv1},
 * {@code res2.0.conv1}, ... Strides of res2 to res5: 4, 8, 16, 32.
 */
public final class ResNet extends Module {
    private final Stem stem;
    private final List<List<ResidualBlock>> stages = new ArrayList<>();
    private boolean checkpointing;

    /**
     * The feature maps that a pyramid is built on.
     *
     * @param res2 [N, H/4, W/4, channels(2)]
     * @param res3 [N, H/8, W/8, channels(3)]
     * @param res4 [N, H/16, W/16, channels(4)]
     * @param res5 [N, H/32, W/32, channels(5)]
     */
    public record Features(Tensor res2, Tensor res3, Tensor res4, Tensor res5) {
        /** The map of stage 2, 3, 4 or 5. */
        public Tensor stage(int number) {
            return switch (number) {
                case 2 -> res2;
                case 3 -> res3;
                case 4 -> res4;
                case 5 -> res5;
                default -> throw new IllegalArgumentException("A residual net has stages 2 to 5, not " + number);
            };
        }
    }

    /** A net for images of 3 channels. */
    public ResNet(BuildContext context, ResNetOptions options) {
        super(context);
        stem = child("stem", at -> new Stem(at, 3, options.width(), options.norm()));
        int in = options.width();
        for (int stage = 2; stage <= 5; stage++) {
            List<ResidualBlock> blocks = new ArrayList<>();
            for (int i = 0; i < options.blocks(stage); i++) {
                int blockIn = in;
                int number = stage;
                int stride = i == 0 && stage > 2 ? 2 : 1;
                blocks.add(child("res" + stage + "." + i, at -> block(at, options, number, blockIn, stride)));
                in = options.channels(stage);
            }
            stages.add(blocks);
        }
        freezeFirst(options.freezeAt());
    }

    private static ResidualBlock block(BuildContext at, ResNetOptions options, int stage, int in, int stride) {
        int out = options.channels(stage);
        return options.hasBottlenecks()
                ? ResidualBlock.bottleneck(at, in, out / 4, out, stride, options.strideIn1x1(), options.norm())
                : ResidualBlock.basic(at, in, out, stride, options.norm());
    }

    private void freezeFirst(int count) {
        if (count >= 1) {
            stem.freeze();
        }
        for (int stage = 2; stage <= count; stage++) {
            stages.get(stage - 2).forEach(Module::freeze);
        }
    }

    /**
     * Whether a tape keeps only what enters the stem and each residual block, and computes their insides again when gradients
     * are taken: less memory, more time, the same bits. Off at first; matters only in training. Measured on simd with
     * images 256x256 and batch norms: ResNet-50, 2 images, keeps 67 MB instead of 217 for the backward run and peaks at
     * 178 MB instead of 279, for 24 % more processor time; ResNet-18, 1 image, keeps 6 MB instead of 28 and peaks at 64 MB
     * instead of 69 (gradients alone are 45), for 19 % more.
     */
    public void setCheckpointing(boolean checkpointing) {
        this.checkpointing = checkpointing;
    }

    /**
     * Feature maps of normalized images.
     *
     * @param images [N, H, W, 3], of any size from 1x1
     */
    public Features forward(Tensor images) {
        if (images.shape().rank() != 4 || images.dim(3) != 3) {
            throw new ShapeException("ResNet takes images [N, H, W, 3], got " + images.shape());
        }
        try (Scope scope = Scope.open()) {
            Tensor res2 = run(stages.get(0), run(stem, stem::forward, images));
            Tensor res3 = run(stages.get(1), res2);
            Tensor res4 = run(stages.get(2), res3);
            Tensor res5 = run(stages.get(3), res4);
            return new Features(scope.keep(res2), scope.keep(res3), scope.keep(res4), scope.keep(res5));
        }
    }

    /** One stage; each block's input goes as soon as the next is done, so that inference holds little. */
    private Tensor run(List<ResidualBlock> blocks, Tensor x) {
        Tensor y = x;
        for (ResidualBlock block : blocks) {
            Tensor next = run(block, block::forward, y);
            if (y != x) {
                y.close();
            }
            y = next;
        }
        return y;
    }

    private Tensor run(Module part, UnaryOperator<Tensor> forward, Tensor x) {
        return checkpointing ? part.checkpointed(forward, x) : forward.apply(x);
    }
}
