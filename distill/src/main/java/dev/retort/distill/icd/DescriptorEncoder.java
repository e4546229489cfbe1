package dev.retort.distill.icd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Mlp;
import dev.retort.nn.Module;
import dev.retort.tensor.Tensor;

/** Turns descriptors into queries: an MLP D -> C -> C -> C, [N, K, D] to [N, K, C]. */
public final class DescriptorEncoder extends Module {
    private final Mlp layers;

    /** @param width D, see {@link IcdConfig.Descriptors#width} */
    public DescriptorEncoder(BuildContext context, int width, int channels) {
        super(context);
        layers = child("", at -> new Mlp(at, width, channels, channels, channels));
    }

    public Tensor forward(Tensor descriptors) {
        return layers.forward(descriptors);
    }
}
