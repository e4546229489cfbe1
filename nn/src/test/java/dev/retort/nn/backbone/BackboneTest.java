package dev.retort.nn.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Norm;
import dev.retort.nn.TestTensors;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Residual nets and the pyramid: names, shapes, freezing, and blocks put together by hand from core operations. */
class BackboneTest {
    private final Backend backend = TestTensors.reference();
    private final Scope scope = Scope.open();

    @AfterEach
    void nothingIsLeft() {
        scope.close();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    private BuildContext f32() {
        return BuildContext.root(backend, DType.F32, 1);
    }

    /** Convolutions of a net of that depth, as its name counts them, with shortcuts in place of the final linear layer. */
    @ParameterizedTest
    @CsvSource({"18, 20", "34, 36", "50, 53", "101, 104", "152, 155"})
    void depthCountsConvolutions(int depth, int convolutions) {
        ResNetOptions options = ResNetOptions.of(depth).withWidth(1);
        try (ResNet net = new ResNet(f32(), options)) {
            assertThat(net.parameters()).hasSize(convolutions);
            assertThat(net.buffers()).hasSize(4 * convolutions);
        }
    }

    @Test
    void publishedChannels() {
        assertThat(ResNetOptions.of(18).channels(5)).isEqualTo(512);
        assertThat(ResNetOptions.of(50).channels(2)).isEqualTo(256);
        assertThat(ResNetOptions.of(101).channels(5)).isEqualTo(2048);
    }

    @Test
    void namesAreDetectron2s() {
        ResNetOptions options = ResNetOptions.of(50).withWidth(2);
        try (PyramidBackbone backbone =
                new PyramidBackbone(f32().at("backbone"), options, PyramidOptions.retinaNet(4))) {
            assertThat(backbone.state().keySet())
                    .contains(
                            "bottom_up.stem.conv1.weight",
                            "bottom_up.stem.conv1.norm.running_var",
                            "bottom_up.res2.0.shortcut.norm.bias",
                            "bottom_up.res4.5.conv3.weight",
                            "fpn_lateral3.bias",
                            "fpn_output5.weight",
                            "top_block.p7.weight");
            assertThat(backbone.state().keySet()).noneMatch(name -> name.contains("res2.1.shortcut"));
            assertThat(backbone.state().get("bottom_up.res3.0.conv2.weight").shape())
                    .isEqualTo(Shape.of(4, 3, 3, 4));
            assertThat(backbone.state().get("top_block.p6.weight").shape()).isEqualTo(Shape.of(4, 3, 3, 64));
        }
    }

    @ParameterizedTest
    @CsvSource({"18, FROZEN", "50, BATCH"})
    void levelsHalve(int depth, Norm norm) {
        ResNetOptions options = ResNetOptions.of(depth).withWidth(2).withNorm(norm);
        try (PyramidBackbone backbone = new PyramidBackbone(f32(), options, PyramidOptions.retinaNet(3))) {
            List<Tensor> levels = backbone.forward(backend.full(Shape.of(2, 64, 96, 3), DType.F32, 0.5));
            int[][] expected = {{8, 12}, {4, 6}, {2, 3}, {1, 2}, {1, 1}};
            for (int i = 0; i < 5; i++) {
                assertThat(levels.get(i).shape()).isEqualTo(Shape.of(2, expected[i][0], expected[i][1], 3));
            }
        }
    }

    /** Odd extents round up, as those of the first convolution and of the pool do: 37 -> 19 -> 10 -> 5 -> 3 -> 2. */
    @Test
    void anySizeGoesThroughTheNet() {
        try (ResNet net = new ResNet(f32(), ResNetOptions.of(18).withWidth(1))) {
            ResNet.Features features = net.forward(backend.full(Shape.of(1, 37, 5, 3), DType.F32, 1));
            assertThat(features.res2().shape()).isEqualTo(Shape.of(1, 10, 2, 1));
            assertThat(features.res3().shape()).isEqualTo(Shape.of(1, 5, 1, 2));
            assertThat(features.res4().shape()).isEqualTo(Shape.of(1, 3, 1, 4));
            assertThat(features.res5().shape()).isEqualTo(Shape.of(1, 2, 1, 8));
        }
    }

    /** On maps of 1 channel. */
    private FeaturePyramid pyramid(PyramidOptions options) {
        return new FeaturePyramid(TestTensors.f64(backend), options, stage -> 1);
    }

    /** Weights 1 in the middle of each window, which pass values on. */
    private static void passOn(FeaturePyramid pyramid) {
        pyramid.state().forEach((name, tensor) -> {
            double[] values = new double[(int) tensor.size()];
            if (name.endsWith("weight")) {
                values[values.length / 2] = 1;
            }
            TestTensors.set(tensor, values);
        });
    }

    @Test
    void pyramidIsSumsFromTheTopDown() {
        try (FeaturePyramid pyramid = pyramid(PyramidOptions.retinaNet(1))) {
            // p3 = res3 + up(res4 + up(res5)) and so on.
            passOn(pyramid);
            Tensor res3 = backend.tensor(TestTensors.values(1, 16), Shape.of(1, 4, 4, 1), DType.F64);
            Tensor res4 = backend.tensor(new double[] {10, 20, 30, 40}, 1, 2, 2, 1);
            Tensor res5 = backend.tensor(new double[] {-500}, 1, 1, 1, 1);
            List<Tensor> levels = pyramid.forward(new ResNet.Features(null, res3, res4, res5));
            double[] bottom = res3.toDoubles();
            for (int i = 0; i < 16; i++) {
                double above = new double[] {10, 20, 30, 40}[i / 8 * 2 + i % 4 / 2] - 500;
                assertThat(levels.get(0).toDoubles()[i]).isCloseTo(bottom[i] + above, within(1e-12));
            }
            assertThat(levels.get(1).toDoubles()).containsExactly(-490, -480, -470, -460);
            assertThat(levels.get(2).toDoubles()).containsExactly(-500);
            assertThat(levels.get(3).toDoubles()).containsExactly(-500);
            // p7 sees relu(p6).
            assertThat(levels.get(4).toDoubles()).containsExactly(0);
        }
    }

    private static final PyramidOptions.TopBlock NONE = new PyramidOptions.TopBlock.None();

    private static PyramidOptions convolutions(PyramidOptions.Source source, boolean relu) {
        return new PyramidOptions(3, 1, new PyramidOptions.TopBlock.Convolutions(source, relu));
    }

    /** Maps of 8x8 to 1x1 whose values are powers of ten, so that digits tell the summands. */
    private ResNet.Features constantMaps(double res5) {
        return new ResNet.Features(
                backend.full(Shape.of(1, 8, 8, 1), DType.F64, 1),
                backend.full(Shape.of(1, 4, 4, 1), DType.F64, 10),
                backend.full(Shape.of(1, 2, 2, 1), DType.F64, 100),
                backend.full(Shape.of(1, 1, 1, 1), DType.F64, res5));
    }

    @Test
    void finestLevelMayBeP2() {
        try (FeaturePyramid pyramid = pyramid(new PyramidOptions(2, 1, NONE))) {
            assertThat(pyramid.options().levels()).isEqualTo(4);
            assertThat(pyramid.parameters().keySet())
                    .startsWith("fpn_lateral2.weight", "fpn_lateral2.bias", "fpn_output2.weight")
                    .hasSize(16);
            passOn(pyramid);
            List<Tensor> levels = pyramid.forward(constantMaps(1000));
            assertThat(levels).hasSize(4);
            assertThat(levels.get(0).shape()).isEqualTo(Shape.of(1, 8, 8, 1));
            assertThat(levels.get(0).toDoubles()).containsOnly(1111);
            assertThat(levels.get(1).toDoubles()).containsOnly(1110);
            assertThat(levels.get(3).toDoubles()).containsOnly(1000);
        }
    }

    @Test
    void p6MayBeEverySecondPositionOfP5WithoutWeights() {
        try (FeaturePyramid pyramid = pyramid(new PyramidOptions(3, 1, new PyramidOptions.TopBlock.PooledP5()))) {
            assertThat(pyramid.options().levels()).isEqualTo(4);
            assertThat(pyramid.parameters()).hasSize(12);
            passOn(pyramid);
            Tensor res5 = backend.tensor(TestTensors.values(2, 9), Shape.of(1, 3, 3, 1), DType.F64);
            double[] p5 = res5.toDoubles();
            List<Tensor> levels = pyramid.forward(new ResNet.Features(
                    null,
                    backend.zeros(Shape.of(1, 12, 12, 1), DType.F64),
                    backend.zeros(Shape.of(1, 6, 6, 1), DType.F64),
                    res5));
            assertThat(levels.get(3).shape()).isEqualTo(Shape.of(1, 2, 2, 1));
            assertThat(levels.get(3).toDoubles()).containsExactly(p5[0], p5[2], p5[6], p5[8]);
        }
    }

    /** p5's window doubles what it passes on, so that p6 tells what it was made of; ReLU takes negative values away. */
    @ParameterizedTest
    @CsvSource({"RES5, true, -7, 0", "RES5, false, -7, -7", "P5, true, -14, 0", "P5, false, -14, -14"})
    void p6IsMadeOfRes5OrP5(PyramidOptions.Source source, boolean relu, double p6, double p7) {
        try (FeaturePyramid pyramid = pyramid(convolutions(source, relu))) {
            passOn(pyramid);
            TestTensors.set(pyramid.state().get("fpn_output5.weight"), 0, 0, 0, 0, 2, 0, 0, 0, 0);
            List<Tensor> levels = pyramid.forward(constantMaps(-7));
            assertThat(levels).hasSize(pyramid.options().levels());
            assertThat(levels.get(3).toDoubles()).containsExactly(p6);
            assertThat(levels.get(4).toDoubles()).containsExactly(p7);
        }
    }

    @Test
    void pyramidsThatThereAreNotAreRefused() {
        assertThatThrownBy(() -> new PyramidOptions(4, 1, NONE)).hasMessageContaining("p2 or p3, not p4");
        assertThatThrownBy(() -> new PyramidOptions(3, 0, NONE)).hasMessageContaining("got 0");
        assertThatThrownBy(() -> constantMaps(0).stage(6)).hasMessageContaining("not 6");
    }

    @Test
    void pyramidRefusesMapsThatDoNotDouble() {
        try (FeaturePyramid pyramid = pyramid(PyramidOptions.retinaNet(1))) {
            Tensor res3 = TestTensors.tensor(backend, 1, 1, 5, 4, 1);
            Tensor res4 = TestTensors.tensor(backend, 2, 1, 3, 2, 1);
            Tensor res5 = TestTensors.tensor(backend, 3, 1, 2, 1, 1);
            assertThatThrownBy(() -> pyramid.forward(new ResNet.Features(null, res3, res4, res5)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("multiple of 32");
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void bottleneckIsItsParts(boolean strideIn1x1) {
        try (ResidualBlock block =
                ResidualBlock.bottleneck(TestTensors.f64(backend), 2, 3, 4, 2, strideIn1x1, Norm.FROZEN)) {
            Tensor x = TestTensors.tensor(backend, 3, 1, 5, 5, 2);
            Tensor y = part(block, "conv1", x, strideIn1x1 ? 2 : 1, 0).relu();
            y = part(block, "conv2", y, strideIn1x1 ? 1 : 2, 1).relu();
            y = part(block, "conv3", y, 1, 0);
            Tensor expected = y.add(part(block, "shortcut", x, 2, 0)).relu();
            assertThat(block.forward(x).toDoubles()).containsExactly(expected.toDoubles(), within(1e-12));
        }
    }

    /** A convolution whose norm is new: y/sqrt(1 + 1e-5). */
    private Tensor part(ResidualBlock block, String name, Tensor x, int stride, int pad) {
        Tensor weight = block.state().get(name + ".weight");
        return backend.conv2d(x, weight, Conv2dSpec.of(stride, pad)).div(Math.sqrt(1 + 1e-5));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 5", "5, 20"})
    void freezeAtCountsStages(int freezeAt, int frozenConvolutions) {
        ResNetOptions options =
                ResNetOptions.of(18).withWidth(1).withNorm(Norm.BATCH).withFreezeAt(freezeAt);
        try (ResNet net = new ResNet(f32(), options)) {
            assertThat(net.parameters().size() - net.trainableParameters().size())
                    .isEqualTo(3 * frozenConvolutions);
        }
    }

    @Test
    void frozenStagesGetNoGradientAndKeepTheirStatistics() {
        ResNetOptions options =
                ResNetOptions.of(18).withWidth(2).withNorm(Norm.BATCH).withFreezeAt(2);
        try (ResNet net = new ResNet(f32(), options)) {
            Tensor images = backend.tensor(TestTensors.values(1, 2 * 32 * 32 * 3), Shape.of(2, 32, 32, 3), DType.F32);
            List<String> moved = new ArrayList<>();
            try (Tape tape = Tape.on(backend)) {
                tape.watch(net.trainableParameters());
                Gradients gradients = tape.gradients(net.forward(images).res5().sum());
                net.parameters().forEach((name, parameter) -> {
                    boolean frozen = name.startsWith("stem") || name.startsWith("res2");
                    assertThat(gradients.of(parameter) == null).as(name).isEqualTo(frozen);
                });
            }
            net.buffers().forEach((name, buffer) -> {
                if (name.endsWith("running_mean") && buffer.abs().sum().item() > 0) {
                    moved.add(name);
                }
            });
            assertThat(moved).isNotEmpty().noneMatch(name -> name.startsWith("stem") || name.startsWith("res2"));
        }
    }

    @Test
    void badOptionsAreRefused() {
        assertThatThrownBy(() -> ResNetOptions.of(20)).hasMessageContaining("ResNet-20");
        assertThatThrownBy(() -> ResNetOptions.of(50).withWidth(0)).hasMessageContaining("0");
        assertThatThrownBy(() -> ResNetOptions.of(50).withFreezeAt(6)).hasMessageContaining("6");
        try (ResNet net = new ResNet(f32(), ResNetOptions.of(18).withWidth(1))) {
            assertThatThrownBy(() -> net.forward(backend.zeros(Shape.of(1, 3, 32, 32), DType.F32)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("[1, 3, 32, 32]");
        }
    }
}
