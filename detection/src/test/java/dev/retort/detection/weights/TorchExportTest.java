package dev.retort.detection.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.Detector;
import dev.retort.detection.DetectorException;
import dev.retort.detection.data.Category;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.nn.weights.WeightFile;
import dev.retort.nn.weights.WeightTensor;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written under a library's names is read again as what it was; a library that cannot have it is told by the setting. */
class TorchExportTest {
    private static final List<Category> THREE =
            List.of(new Category(1, "circle"), new Category(5, "square"), new Category(7, "triangle"));

    private static final String YAML =
            """
            model: {depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1}
            data: {shortEdges: [64], longEdge: 64}
            """;

    private static final String FCOS = "model.kind=fcos model.pyramidChannels=32 ";

    private final Backend backend = Backends.create("simd");

    @TempDir
    private Path folder;

    /** A detector whose every weight and statistic is a number of its own. */
    private Detector detector(String settings, List<Category> classes) {
        Detector detector = Detector.create(
                RecipeReader.parse(
                                YAML, "a tiny recipe", List.of(settings.strip().split(" +")))
                        .recipe(),
                classes,
                backend);
        Random random = new Random(11);
        detector.network().state().forEach((name, tensor) -> {
            float[] values = new float[Math.toIntExact(tensor.size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = name.endsWith("running_var") ? 0.5f + random.nextFloat() : random.nextFloat() - 0.5f;
            }
            try (Tensor drawn = backend.upload(values, tensor.shape(), tensor.dtype())) {
                backend.assign(tensor, drawn);
            }
        });
        detector.network().setTraining(false);
        return detector;
    }

    /** Without the limits of the library, so that networks may be small. */
    private Path write(Detector detector, WeightSource source) throws IOException {
        Path file = folder.resolve(source.name() + ".safetensors");
        new TorchFile(detector, source).write(file);
        return file;
    }

    private static Map<String, WeightTensor> tensors(WeightFile file) throws IOException {
        return file.content().tensors();
    }

    @ParameterizedTest
    @CsvSource({
        "TORCHVISION_RETINANET, model.norm=batch",
        "TORCHVISION_RETINANET, model.norm=frozen model.anchorRule=torchvision model.clipBeforeNms=true",
        "TORCHVISION_RETINANET, model.depth=50 model.headConvolutions=3 model.p6From=p5 data.pixels=msra",
        "TORCHVISION_RETINANET, model.norm=frozen model.headGroups=4 model.headConvolutions=4",
        "DETECTRON2_RETINANET, model.norm=batch model.p6From=p5",
        "TORCHVISION_RETINANET, model.norm=sync",
        "DETECTRON2_RETINANET, model.norm=frozen model.depth=50 model.strideIn1x1=true",
        "DETECTRON2_RETINANET, model.headGroups=4 model.headConvolutions=2",
        "TORCHVISION_FCOS, " + FCOS + "model.variant=torchvision model.norm=frozen",
        "DETECTRON2_FCOS, " + FCOS + "model.variant=detectron2 model.headConvolutions=4",
        "ADELAIDET_FCOS, " + FCOS + "model.headNorm=none model.boxQuality=iou"
    })
    void whatIsWrittenIsReadAgainBitForBit(WeightSource source, String settings) throws IOException {
        for (List<Category> classes : List.of(THREE, CocoClasses.all())) {
            try (Detector detector = detector(settings, classes);
                    ForeignWeights weights = ForeignWeights.open(write(detector, source));
                    Detector again = weights.detector(backend)) {
                assertThat(weights.source()).isEqualTo(source);
                assertThat(weights.assumed()).isEmpty();
                assertThat(again.recipe()).isEqualTo(detector.recipe());
                assertThat(again.categories()).isEqualTo(classes);
                assertThat(again.network().state().keySet())
                        .isEqualTo(detector.network().state().keySet());
                assertThat(again.digest()).isEqualTo(detector.digest());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TORCHVISION_RETINANET, model.headGroups=4 model.depth=50 model.headConvolutions=4",
        "TORCHVISION_RETINANET, model.headConvolutions=4",
        "DETECTRON2_RETINANET, model.depth=50",
        "TORCHVISION_FCOS, " + FCOS + "model.variant=torchvision",
        "DETECTRON2_FCOS, " + FCOS + "model.variant=detectron2",
        "ADELAIDET_FCOS, " + FCOS
    })
    void everyNameIsReadAsTheNameItWasWrittenFor(WeightSource source, String settings) {
        try (Detector detector = detector(settings, THREE)) {
            NameTable table = source.table(settings.contains("headGroups"));
            for (String name : detector.network().state().keySet()) {
                assertThat(table.theirs(name).flatMap(table::ours)).as(name).contains(name);
            }
        }
    }

    @Test
    void torchvisionsLayoutIsRatioMajorBehindABackgroundAndChannelsFirst() throws IOException {
        try (Detector detector = detector("model.norm=frozen", THREE);
                WeightFile file = WeightFile.open(write(detector, WeightSource.TORCHVISION_RETINANET))) {
            Map<String, WeightTensor> theirs = tensors(file);
            assertThat(theirs)
                    .containsKeys(
                            "backbone.body.bn1.running_var",
                            "backbone.body.layer2.0.downsample.1.weight",
                            "backbone.fpn.inner_blocks.0.0.weight",
                            "backbone.fpn.extra_blocks.p6.bias",
                            "head.regression_head.conv.0.0.weight")
                    .doesNotContainKey("backbone.body.bn1.num_batches_tracked");
            assertThat(file.metadata()).containsEntry("format", "pt");

            float[] logits =
                    theirs.get("head.classification_head.cls_logits.bias").toFloats();
            float[] ours = values(detector, "head.cls_score.bias");
            assertThat(logits).hasSize(9 * 4);
            // Anchor of the second ratio and the third size: 5 there, 7 here.
            assertThat(logits[5 * 4]).isEqualTo(-200);
            assertThat(logits[5 * 4 + 2]).isEqualTo(ours[7 * 3 + 1]);
            float[] boxes = theirs.get("head.regression_head.bbox_reg.bias").toFloats();
            assertThat(boxes[5 * 4 + 3]).isEqualTo(values(detector, "head.bbox_pred.bias")[7 * 4 + 3]);

            WeightTensor stem = theirs.get("backbone.body.conv1.weight");
            assertThat(stem.shape().toArray()).containsExactly(4, 3, 7, 7);
            // Output 1, input 2, row 3, column 4.
            assertThat(stem.toFloats()[((1 * 3 + 2) * 7 + 3) * 7 + 4])
                    .isEqualTo(values(detector, "backbone.bottom_up.stem.conv1.weight")[((1 * 7 + 3) * 7 + 4) * 3 + 2]);
        }
    }

    private static float[] values(Detector detector, String name) {
        return detector.network().state().get(name).toFloats();
    }

    @Test
    void cocosClassesLieAtTheirIdsAndTheOthersAreNeverFound() throws IOException {
        try (Detector detector = detector("model.norm=batch", CocoClasses.all());
                WeightFile file = WeightFile.open(write(detector, WeightSource.TORCHVISION_RETINANET))) {
            float[] bias = tensors(file)
                    .get("head.classification_head.cls_logits.bias")
                    .toFloats();
            float[] ours = values(detector, "head.cls_score.bias");
            assertThat(bias).hasSize(9 * 91);
            assertThat(bias[90]).isEqualTo(ours[79]);
            assertThat(bias[13]).isEqualTo(ours[11]);
            assertThat(new float[] {bias[0], bias[12], bias[91 + 83]}).containsOnly(-200);
            float[] weight = tensors(file)
                    .get("head.classification_head.cls_logits.weight")
                    .toFloats();
            int inner = 8 * 3 * 3;
            for (int i = 0; i < inner; i++) {
                assertThat(weight[12 * inner + i]).isZero();
            }
            assertThat(tensors(file)).containsKey("backbone.body.layer4.1.bn2.num_batches_tracked");
        }
    }

    /** In a file and in evaluation they are batch norms. */
    @Test
    void syncNormsAreBatchNormsElsewhere() throws IOException {
        try (Detector sync = detector("model.norm=sync", THREE);
                Detector batch = detector("model.norm=batch", THREE);
                WeightFile file = WeightFile.open(write(sync, WeightSource.TORCHVISION_RETINANET))) {
            assertThat(tensors(file)).containsKey("backbone.body.layer4.1.bn2.num_batches_tracked");
            assertThat(TorchvisionPython.of(sync).loading(folder))
                    .isEqualTo(TorchvisionPython.of(batch).loading(folder))
                    .anyMatch(line -> line.contains("norm_layer=torch.nn.BatchNorm2d"));
            assertThat(Detectron2Python.of(sync).loading(folder))
                    .isEqualTo(Detectron2Python.of(batch).loading(folder))
                    .anyMatch(line -> line.contains("\"BN\""));
        }
    }

    @Test
    void aStartFollowsTheFileAndClassesMayBeNamedAnew() throws IOException {
        try (Detector detector = detector("model.norm=frozen model.anchorRule=torchvision", THREE)) {
            Path file = write(detector, WeightSource.TORCHVISION_RETINANET);
            assertThat(new StartConventions().settings(file))
                    .contains("model.anchorRule=\"torchvision\"", "model.width=4", "data.shortEdges=[64]");
            List<Category> others = List.of(new Category(1, "a"), new Category(2, "b"), new Category(3, "c"));
            try (ForeignWeights weights = ForeignWeights.open(file, ImportOptions.DEFAULT.withClasses(others))) {
                assertThat(weights.categories()).isEqualTo(others);
            }
        }
    }

    @Test
    void aHeaderOfALaterVersionIsRefused() throws IOException {
        try (Detector detector = detector("model.norm=frozen", THREE)) {
            Path file = folder.resolve("later.safetensors");
            SafeTensorsWriter writer = new SafeTensorsWriter();
            ExportHeader.of(detector).forEach(writer::metadata);
            detector.network().state().forEach((name, tensor) -> writer.add(name, tensor.shape(), tensor.toFloats()));
            writer.metadata("retort.format", "99").write(file);
            assertThatThrownBy(() -> ForeignWeights.open(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has format 99");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TORCHVISION, model.pyramidChannels=256 model.headConvolutions=4, model.width 4",
        "TORCHVISION, model.depth=18, model.pyramidChannels 8",
        "TORCHVISION, model.pyramidChannels=256, model.headConvolutions 1",
        "TORCHVISION, model.depth=50 model.strideIn1x1=true, model.strideIn1x1 true",
        "DETECTRON2, model.reluBeforeP7=false, model.reluBeforeP7 false",
        "DETECTRON2, model.boxes=distribution, model.boxes distribution",
        "DETECTRON2, model.headGroups=4, model.headGroups 4",
        "ADELAIDET, model.depth=18, kind retinanet",
        "TORCHVISION, " + FCOS + "model.variant=torchvision model.headNorm=none, model.headNorm none",
        "TORCHVISION, " + FCOS + ", model.variant adelaidet",
        "ADELAIDET, " + FCOS + "model.boxes=distribution, model.boxes distribution"
    })
    void whatALibraryCannotHaveIsNamedByItsSetting(TorchLibrary library, String settings, String named) {
        Path file = folder.resolve("never.safetensors");
        try (Detector detector = detector(settings, THREE)) {
            assertThatThrownBy(() -> TorchExport.write(detector, library, file))
                    .isInstanceOf(DetectorException.class)
                    .hasMessageStartingWith("Detector of 3 classes")
                    .hasMessageContaining("cannot be written for " + library)
                    .hasMessageContaining(named);
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() {
        Path file = folder.resolve("missing").resolve("a.safetensors");
        try (Detector detector = detector("model.norm=frozen", THREE)) {
            assertThatThrownBy(() -> new TorchFile(detector, WeightSource.DETECTRON2_RETINANET).write(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Cannot write " + file + ", which takes ")
                    .hasMessageContaining("there is no folder");
        }
        assertThatThrownBy(() -> TorchLibrary.named("tensorflow"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Weights are written for torchvision, detectron2, adelaidet, not for 'tensorflow'");
    }

    @Test
    void pythonHasTheDetectorsSettings() {
        String standard = "model.width=64 model.pyramidChannels=256 model.headConvolutions=4 model.freezeAt=2 ";
        try (Detector detector = detector(standard + "model.norm=frozen model.detectionsPerImage=70", THREE)) {
            String torchvision =
                    String.join("\n", TorchExport.python(detector, TorchLibrary.TORCHVISION, Path.of("m.safetensors")));
            assertThat(torchvision)
                    .contains("resnet18", "FrozenBatchNorm2d,", "trainable_layers=3", "LastLevelP6P7(512, 256)")
                    .contains("num_classes=4", "image_mean=[0.485, 0.456, 0.406]", "min_size=64, max_size=64")
                    .contains("detections_per_img=70", "Anchors([[x * 2 ** (k / 3)", "[32, 64, 128, 256, 512]")
                    .contains("model.load_state_dict(load_file(\"m.safetensors\"))", "# Not the same: ");
            String detectron2 =
                    String.join("\n", TorchExport.python(detector, TorchLibrary.DETECTRON2, Path.of("m.safetensors")));
            assertThat(detectron2)
                    .contains("common/models/retinanet.py", "cfg.num_classes = 3", "del net.stages.stride_in_1x1")
                    .contains("cfg.pixel_mean = [123.675, 116.28, 103.53]", "top_block.in_channels = 512")
                    .contains("model.load_state_dict(load_file(\"m.safetensors\"))");
        }
    }
}
