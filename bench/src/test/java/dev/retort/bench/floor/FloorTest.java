package dev.retort.bench.floor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.bench.network.ConvLayer;
import dev.retort.bench.network.ConvLayer.Gradient;
import dev.retort.bench.network.NetworkLayers;
import dev.retort.bench.network.Scenario;
import dev.retort.bench.work.Scenarios;
import dev.retort.detection.box.AnchorGenerator;
import dev.retort.detection.model.retinanet.RetinaNet;
import dev.retort.detection.model.retinanet.RetinaNetOptions;
import dev.retort.nn.BuildContext;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The floor's arithmetic, by hand for single layers and against the real network for the list of them. */
class FloorTest {
    private static ConvLayer layer(String name) {
        return NetworkLayers.all(Scenario.standard(), 50).stream()
                .filter(layer -> layer.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void pyramidOutput() {
        ConvLayer layer = layer("output3");
        assertThat(layer.geometry()).isEqualTo("3x3s1-256to256-100x152");
        // 15,200 pixels x 256 channels x 2,304 products, two operations each.
        assertThat(layer.operations()).isEqualTo(17_930_649_600.0);
        // Two maps of 3,891,200 numbers and 589,824 weights.
        assertThat(layer.bytes()).isEqualTo(4.0 * (2 * 3_891_200 + 589_824));
        assertThat(layer.gradients()).isEqualTo(2);
    }

    @Test
    void stem() {
        ConvLayer layer = layer("stem");
        // 400 x 608 pixels x 64 channels x 147 products.
        assertThat(layer.operations()).isEqualTo(2.0 * 243_200 * 64 * 147);
        assertThat(layer.bytes()).isEqualTo(4.0 * (2_918_400 + 15_564_800 + 9_408));
        assertThat(layer.gradient()).isEqualTo(Gradient.NONE);
    }

    @Test
    void firstTrainedLayerHasNoInputGradient() {
        ConvLayer layer = layer("res3.0.conv1");
        assertThat(layer.geometry()).isEqualTo("1x1s2-256to128-200x304");
        assertThat(layer.operations()).isEqualTo(2.0 * 15_200 * 128 * 256);
        assertThat(layer.gradient()).isEqualTo(Gradient.WEIGHT);
        assertThat(layer("res3.0.conv2").gradient()).isEqualTo(Gradient.BOTH);
        assertThat(layer("res2.2.conv3").gradient()).isEqualTo(Gradient.NONE);
    }

    @Test
    void backwardOfHeadAndPyramidIsTwiceTheirForward() {
        Scenario scenario = Scenario.standard();
        double trainedWithInput = NetworkLayers.all(scenario, 50).stream()
                .filter(layer -> layer.gradient() == Gradient.BOTH)
                .mapToDouble(ConvLayer::operations)
                .sum();
        // The first block's 1x1, and its shortcut to 512 channels.
        double weightOnly = 2.0 * 15_200 * 256 * (128 + 512);
        double backward = Floor.operations(Floor.step(scenario).stream()
                .filter(cost -> cost.part().equals("student backward"))
                .toList());
        assertThat(backward).isCloseTo(2 * trainedWithInput + weightOnly, within(1.0));
    }

    @Test
    void decoderProductsByHand() {
        Scenario scenario = Scenario.standard();
        assertThat(scenario.cells()).isEqualTo(15_200 + 3_800 + 950 + 247 + 70);
        assertThat(scenario.slots()).isEqualTo(42);
        double forward = Floor.operations(Floor.step(scenario).stream()
                .filter(cost -> cost.part().equals("decoder forward"))
                .toList());
        double projections = 4 * 2.0 * 20_267 * 256 * 256;
        double attention = 2 * 2.0 * 42 * 20_267 * 256;
        assertThat(forward).isEqualTo(projections + attention);
    }

    @Test
    void timeIsWhatTakesLonger() {
        Cost arithmetic = new Cost("part", "layer", 3, 200, 10);
        assertThat(arithmetic.seconds(100, 10)).isEqualTo(6);
        Cost memory = new Cost("part", "layer", 3, 200, 50);
        assertThat(memory.seconds(100, 10)).isEqualTo(15);
    }

    @Test
    void tableSumsItsParts() {
        List<Cost> costs = List.of(
                new Cost("a", "one", 2, 1e9, 1e6), new Cost("a", "two", 1, 0, 4e6), new Cost("b", "three", 1, 3e9, 0));
        String table = FloorTable.markdown("Title", costs, 1e12, 1e9);
        assertThat(table.lines())
                .contains(
                        "### Title",
                        "| a | 3 | 2.0 | 6 | 6 |",
                        "| b | 1 | 3.0 | 0 | 3 |",
                        "| **sum** | 4 | 5.0 | 6 | 9 |",
                        "| a | two | 1 | 0.00 | 4.0 | 4.00 | memory |",
                        "| b | three | 1 | 3.00 | 0.0 | 3.00 | arithmetic |");
    }

    /** The list's layers have the real network's weights, and its levels the real extents. */
    @ParameterizedTest
    @ValueSource(ints = {18, 50})
    void listIsTheNetworks(int depth) {
        Scenario scenario = Scenarios.TINY;
        AnchorGenerator anchors = AnchorGenerator.retinaNet();
        RetinaNetOptions options = new RetinaNetOptions(
                ResNetOptions.of(depth).withWidth(scenario.stem()),
                scenario.channels(),
                scenario.convolutions(),
                scenario.classes(),
                anchors);
        try (Backend backend = Backends.create("simd");
                RetinaNet network = new RetinaNet(BuildContext.root(backend, DType.F32, 1), options);
                Scope scope = Scope.open()) {
            List<Long> weights = network.state().values().stream()
                    .filter(tensor -> tensor.shape().rank() == 4)
                    .map(Tensor::size)
                    .sorted()
                    .toList();
            List<Long> listed = NetworkLayers.all(scenario, depth).stream()
                    .filter(layer -> !layer.name().matches(".* at p[4-7]"))
                    .map(ConvLayer::weightSize)
                    .sorted()
                    .toList();
            assertThat(listed).isEqualTo(weights);

            List<Tensor> levels =
                    network.features(backend.zeros(Shape.of(1, scenario.height(), scenario.width(), 3), DType.F32));
            for (int level = 0; level < Scenario.LEVELS; level++) {
                assertThat(levels.get(level).shape())
                        .isEqualTo(Shape.of(1, scenario.rows(level), scenario.columns(level), scenario.channels()));
            }
        }
    }

    @Test
    void distinctLayersKeepTheirNumber() {
        List<ConvLayer> all = NetworkLayers.all(Scenario.standard(), 50);
        List<ConvLayer> distinct = NetworkLayers.geometries(all);
        assertThat(distinct.stream().mapToInt(ConvLayer::count).sum()).isEqualTo(all.size());
        assertThat(distinct.stream().map(ConvLayer::geometry).collect(Collectors.toSet()))
                .hasSize(distinct.size());
        // ResNet-50 has 53 convolutions, the pyramid 8, the head 10 on each of 5 levels.
        assertThat(all).hasSize(53 + 8 + 50);
    }
}
