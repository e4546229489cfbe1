package dev.retort.detection.model;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.GroupNorm;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A tower of a head that all levels share: 3x3 convolutions of as many channels, each with ReLU, with a group norm between if
 * asked. Names count all layers, as detectron2's sequences do: without norms the convolutions are 0, 2, 4, ...; with norms 0, 3,
 * 6, ... and the norms 1, 4, 7, ...
 */
public final class HeadTower extends Module {
    private static final double NORM_EPS = 1e-5;

    private final List<Layer> layers = new ArrayList<>();

    /** @param norm none where the convolution has its ReLU itself */
    private record Layer(Conv2d convolution, List<GroupNorm> norm) {}

    /**
     * @param channels of the pyramid and the tower
     * @param convolutions how many
     * @param groups of the norms; 0 for none
     * @param bias whether convolutions have one
     */
    public HeadTower(BuildContext context, int channels, int convolutions, int groups, boolean bias) {
        super(context);
        Conv2d.Options drawn =
                Conv2d.of(channels, channels, 3).withInit(Initializers.normal(0.01), Initializers.zeros());
        Conv2d.Options plain = bias ? drawn : drawn.withoutBias();
        for (int i = 0; i < convolutions; i++) {
            if (groups == 0) {
                layers.add(new Layer(child("" + 2 * i, at -> new Conv2d(at, plain.withRelu())), List.of()));
            } else {
                Conv2d convolution = child("" + 3 * i, at -> new Conv2d(at, plain));
                GroupNorm norm = child("" + (3 * i + 1), at -> new GroupNorm(at, groups, channels, NORM_EPS));
                layers.add(new Layer(convolution, List.of(norm)));
            }
        }
    }

    /** [N, H, W, C] to the same shape. */
    public Tensor forward(Tensor map) {
        try (Scope scope = Scope.open()) {
            Tensor x = map;
            for (Layer layer : layers) {
                x = layer.convolution.forward(x);
                for (GroupNorm norm : layer.norm) {
                    x = norm.forward(x).relu();
                }
            }
            return x == map ? x : scope.keep(x);
        }
    }
}
