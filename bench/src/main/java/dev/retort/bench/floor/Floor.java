package dev.retort.bench.floor;

import dev.retort.bench.network.ConvLayer;
import dev.retort.bench.network.NetworkLayers;
import dev.retort.bench.network.Scenario;
import dev.retort.nn.backbone.ResNetOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * The least that inference and a distillation step can cost on one image: operations and bytes of every layer. Norm, bias and
 * ReLU are part of the convolution before them and cost nothing; so is the addition of the finer level in the pyramid. A
 * gradient costs what the forward pass costs. Convolutions are counted as direct ones: Winograd's trick does with fewer
 * operations than this floor has.
 */
public final class Floor {
    private static final double FLOAT = Float.BYTES;

    /** Reads and writes of a parameter: value, gradient and momentum in, value and momentum out. */
    private static final int SGD_PASSES = 5;

    /** Value, gradient and two averages in, value and two averages out. */
    private static final int ADAMW_PASSES = 7;

    private final Scenario scenario;
    private final List<Cost> costs = new ArrayList<>();

    private Floor(Scenario scenario) {
        this.scenario = scenario;
    }

    /** Sum of all operations. */
    public static double operations(List<Cost> costs) {
        return costs.stream()
                .mapToDouble(cost -> cost.count() * cost.operations())
                .sum();
    }

    /** Every layer of the student's inference. */
    public static List<Cost> inference(Scenario scenario) {
        Floor floor = new Floor(scenario);
        floor.forward("forward", NetworkLayers.all(scenario, scenario.student()), scenario.student());
        floor.move("decoding", "logits and deltas", 1, 1.0 * scenario.cells() * floor.outputs());
        return floor.costs;
    }

    /** Every layer of a distillation step; of methods besides ICD the networks and the detector's losses alone. */
    public static List<Cost> step(Scenario scenario) {
        Floor floor = new Floor(scenario);
        floor.forward("teacher", NetworkLayers.features(scenario, scenario.teacher()), scenario.teacher());
        List<ConvLayer> student = NetworkLayers.all(scenario, scenario.student());
        floor.forward("student forward", student, scenario.student());
        floor.backward(student);
        if (scenario.isIcd()) {
            floor.decoder();
        }
        floor.losses();
        floor.optimizers(student);
        return floor.costs;
    }

    /** Numbers that the head says of a cell. */
    private double outputs() {
        return Scenario.ANCHORS * (scenario.classes() + 4.0);
    }

    private void move(String part, String name, int count, double numbers) {
        costs.add(new Cost(part, name, count, 0, FLOAT * numbers));
    }

    private void forward(String part, List<ConvLayer> layers, int depth) {
        for (ConvLayer layer : NetworkLayers.geometries(layers)) {
            costs.add(new Cost(
                    part, layer.name() + " " + layer.geometry(), layer.count(), layer.operations(), layer.bytes()));
        }
        double stem = scenario.stem() * (scenario.height() / 2.0) * (scenario.width() / 2.0);
        move(part, "max pool", 1, stem * 5 / 4);
        ResNetOptions options = ResNetOptions.of(depth).withWidth(scenario.stem());
        for (int stage = 2; stage <= 5; stage++) {
            // Added in the epilogue of the block's last convolution: only the shortcut is read once more.
            move(part, "shortcuts of res" + stage, options.blocks(stage), stageMap(options, stage));
        }
    }

    private double stageMap(ResNetOptions options, int stage) {
        double scale = 1 << stage;
        return scenario.height() / scale * (scenario.width() / scale) * options.channels(stage);
    }

    private void backward(List<ConvLayer> layers) {
        String part = "student backward";
        for (ConvLayer layer : NetworkLayers.distinct(layers)) {
            if (layer.gradients() > 0) {
                costs.add(new Cost(
                        part,
                        layer.name() + " " + layer.geometry() + (layer.gradients() == 1 ? ", weight only" : ""),
                        layer.count(),
                        layer.gradients() * layer.operations(),
                        layer.gradients() * layer.bytes()));
            }
        }
        ResNetOptions options = ResNetOptions.of(scenario.student()).withWidth(scenario.stem());
        for (int stage = 3; stage <= 5; stage++) {
            // The sum's mask: the output that says where ReLU let through, and the gradient of the shortcut added.
            move(part, "sums of res" + stage, options.blocks(stage), 2 * stageMap(options, stage));
        }
    }

    /** The products of encoder, decoder layer, auxiliary task and student's projection that grow with S; the rest is nothing. */
    private void decoder() {
        int cells = scenario.cells();
        int channels = scenario.channels();
        int slots = scenario.slots();
        int head = channels / Scenario.HEADS;
        product("decoder forward", "positions, keys, values, student's values", 4, cells, channels, channels);
        product("decoder forward", "attention logits", Scenario.HEADS, slots, cells, head);
        product("decoder forward", "attention mix", Scenario.HEADS, slots, head, cells);
        double map = 1.0 * Scenario.HEADS * slots * cells;
        move("decoder forward", "softmax", 1, 2 * map);
        // Features and positions are constants: positions and values have a weight gradient only, keys and student
        // both.
        product("decoder backward", "positions, keys, values, student's values", 6, cells, channels, channels);
        product("decoder backward", "attention logits", 2 * Scenario.HEADS, slots, cells, head);
        product("decoder backward", "attention mix", 2 * Scenario.HEADS, slots, head, cells);
        move("decoder backward", "softmax", 1, 3 * map);
    }

    private void product(String part, String name, int count, double m, double n, double k) {
        costs.add(new Cost(
                part,
                name + " " + (long) m + "x" + (long) n + "x" + (long) k,
                count,
                2 * m * n * k,
                FLOAT * (m * k + k * n + m * n)));
    }

    private void losses() {
        double logits = 1.0 * scenario.cells() * Scenario.ANCHORS * scenario.classes();
        move("losses", "focal loss and its gradient", 1, 3 * logits);
        if (scenario.isIcd()) {
            double values = 1.0 * scenario.cells() * scenario.channels();
            move("losses", "distillation loss and its gradient", 1, 5 * values);
        }
    }

    private void optimizers(List<ConvLayer> student) {
        // The head's weights are shared by all levels: counted at p3.
        double trained = student.stream()
                .filter(layer -> layer.gradients() > 0 && !layer.name().matches(".* at p[4-7]"))
                .mapToDouble(layer -> 1.0 * layer.count() * layer.weightSize())
                .sum();
        move("optimizers", "SGD", 1, SGD_PASSES * trained);
        if (!scenario.isIcd()) {
            return;
        }
        double channels = scenario.channels();
        double descriptor = scenario.classes() + 256 + 10;
        // Encoder, positions, attention, feed-forward, auxiliary task, student's values; biases and norms left out.
        double decoder = channels * descriptor + channels * channels * (2 + 1 + 4 + 8 + 2 + 1) + 5 * channels;
        move("optimizers", "AdamW", 1, ADAMW_PASSES * decoder);
    }
}
