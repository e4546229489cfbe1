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
import java.util.Map;
import java.util.TreeMap;

/**
 * A tower of a head that all levels share: 3x3 convolutions of as many channels, each with ReLU, with a group norm between if
 * asked. Names count all layers, as detectron2's sequences do: without norms the convolutions are 0, 2, 4, ...; with norms 0, 3,
 * 6, ... and the norms 1, 4, 7, ...
 */
public final class HeadTower extends Module {
    private static final double NORM_EPS = 1e-5;

    private final List<Layer> layers = new ArrayList<>();

    /** @param norm none where the convolution has its ReLU itself */
    private record Layer(Conv2d convolution, List<GroupNorm> norm) {
        Tensor forward(Tensor x) {
            return norm.isEmpty() ? convolution.forward(x) : beforeRelu(x).relu();
        }

        Tensor beforeRelu(Tensor x) {
            Tensor y = convolution.beforeRelu(x);
            return norm.isEmpty() ? y : norm.get(0).forward(y);
        }
    }

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

    /** Convolutions in this tower. */
    public int convolutions() {
        return layers.size();
    }

    /** [N, H, W, C] to the same shape. */
    public Tensor forward(Tensor map) {
        return run(map, 0, Taps.NONE).last;
    }

    /**
     * What a run gave.
     *
     * @param last behind all layers
     * @param kept by position, before the ReLU
     */
    public record Run(Tensor last, Map<Integer, Tensor> kept) {}

    /**
     * Runs the layers and keeps maps inside.
     *
     * @throws IllegalArgumentException if the tower has fewer convolutions than a position
     */
    public Run forward(Tensor map, Taps taps) {
        return run(map, 0, taps);
    }

    /**
     * Runs the rest of the layers.
     *
     * @param map behind {@code position} convolutions, before the ReLU of the last one
     * @throws IllegalArgumentException if the tower has fewer convolutions
     */
    public Tensor rest(Tensor map, int position) {
        require(position);
        try (Scope scope = Scope.open()) {
            Tensor last = run(position == 0 ? map : map.relu(), position, Taps.NONE).last;
            return last == map ? map : scope.keep(last);
        }
    }

    private Run run(Tensor map, int from, Taps taps) {
        taps.positions().forEach(this::require);
        try (Scope scope = Scope.open()) {
            Map<Integer, Tensor> kept = new TreeMap<>();
            if (taps.positions().contains(0)) {
                kept.put(0, map);
            }
            Tensor x = map;
            for (int i = from; i < layers.size(); i++) {
                Layer layer = layers.get(i);
                if (taps.positions().contains(i + 1)) {
                    Tensor linear = layer.beforeRelu(x);
                    kept.put(i + 1, scope.keep(linear));
                    x = linear.relu();
                } else {
                    x = layer.forward(x);
                }
            }
            return new Run(x == map ? x : scope.keep(x), kept);
        }
    }

    private void require(int position) {
        if (position > layers.size()) {
            throw new IllegalArgumentException(
                    "A tower of " + layers.size() + " convolutions has no position " + position);
        }
    }
}
