package dev.retort.detection.model.fcos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.Iou;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.fcos.FcosSettings.BoxQuality;
import dev.retort.detection.model.fcos.FcosSettings.HeadNorm;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Norm;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.nn.optim.AdamW;
import dev.retort.nn.optim.Clipping;
import dev.retort.nn.optim.ParameterGroup;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A narrow FCOS learns one image by heart and finds its boxes again, in every variant. */
class FcosTrainingTest {
    private static final ImageSize SIZE = new ImageSize(64, 96);
    private static final double[] BOXES = {8, 8, 40, 32, 50, 20, 90, 60, 10, 40, 26, 56};
    private static final int[] CLASSES = {1, 0, 1};
    private static final int STEPS = 120;

    @ParameterizedTest
    @CsvSource({
        "ADELAIDET, CENTERNESS, DIRECT",
        "ADELAIDET, IOU, DIRECT",
        "DETECTRON2, CENTERNESS, DIRECT",
        "TORCHVISION, CENTERNESS, DIRECT",
        "ADELAIDET, CENTERNESS, DISTRIBUTION"
    })
    void oneImageIsLearnedByHeart(FcosVariant variant, BoxQuality quality, BoxOutput boxes) {
        FcosSettings settings =
                new FcosSettings(variant, HeadNorm.GROUP, quality, boxes, 1.5, List.of(32.0, 64.0, 128.0, 256.0));
        ResNetOptions backbone = new ResNetOptions(18, 8, false, Norm.FROZEN, 0);
        GroundTruth truth = new GroundTruth(0, SIZE.height(), SIZE.width(), BOXES, CLASSES);
        try (Backend backend = Backends.create("simd");
                Fcos network = new Fcos(
                        BuildContext.root(backend, DType.F32, 3), new FcosOptions(backbone, 32, 1, 2, settings));
                AdamW optimizer = new AdamW(ParameterGroup.of(network.parameters(), 0), new Clipping.GlobalNorm(10))) {
            double first = 0;
            double last = 0;
            for (int step = 0; step < STEPS; step++) {
                try (Scope scope = Scope.open();
                        Tape tape = Tape.on(backend)) {
                    tape.watch(network.trainableParameters());
                    Map<String, Tensor> losses = network.forward(image(backend)).losses(List.of(truth));
                    Tensor sum = losses.values().stream().reduce(Tensor::add).orElseThrow();
                    last = sum.item() * normalizer(network);
                    first = step == 0 ? last : first;
                    Gradients gradients = tape.gradients(sum);
                    optimizer.step(gradients::of, 3e-3);
                }
            }
            assertThat(last).isFinite().isLessThan(first / 2);
            network.setTraining(false);
            try (Scope scope = Scope.open()) {
                found(network.forward(image(backend)).detections(List.of(SIZE)).get(0));
            }
        }
    }

    /** What moves besides the weights: losses are compared without it. */
    private static double normalizer(Fcos network) {
        return Double.parseDouble(network.trainingState().getOrDefault("loss_normalizer", "1"));
    }

    /** Each box is met by a detection of its class among the best three. */
    private static void found(Detections detections) {
        assertThat(detections.size()).isGreaterThanOrEqualTo(CLASSES.length);
        Detections best = detections.select(new int[] {0, 1, 2});
        double[] overlaps = Iou.pairwise(BOXES, best.boxes());
        for (int i = 0; i < CLASSES.length; i++) {
            double met = 0;
            for (int j = 0; j < 3; j++) {
                met = best.classes()[j] == CLASSES[i] ? Math.max(met, overlaps[3 * i + j]) : met;
            }
            assertThat(met)
                    .as("box " + i + " of " + Arrays.toString(best.boxes()))
                    .isGreaterThan(0.7);
        }
        assertThat(best.scores()[2]).isCloseTo(0.75, within(0.25));
    }

    /** Filled boxes, a color a class, on black. */
    private static Tensor image(Backend backend) {
        double[] pixels = new double[SIZE.height() * SIZE.width() * 3];
        for (int i = 0; i < CLASSES.length; i++) {
            for (int y = (int) BOXES[4 * i + 1]; y < BOXES[4 * i + 3]; y++) {
                for (int x = (int) BOXES[4 * i]; x < BOXES[4 * i + 2]; x++) {
                    int at = (y * SIZE.width() + x) * 3;
                    pixels[at + CLASSES[i]] = 2;
                    pixels[at + 2] = 1;
                }
            }
        }
        return backend.tensor(pixels, Shape.of(1, SIZE.height(), SIZE.width(), 3), DType.F32);
    }
}
