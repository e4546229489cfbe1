package dev.retort.distill.train;

import dev.retort.detection.box.AnchorGenerator;
import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.box.LevelPrediction;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.Normalization;
import dev.retort.detection.model.RetinaNet;
import dev.retort.detection.model.RetinaNetOptions;
import dev.retort.distill.recipe.Recipe;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Norm;
import dev.retort.nn.backbone.ResNetOptions;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A detector as people use it: a RetinaNet, the classes it knows and the recipe it was made by, which says how pictures
 * enter it. All three live in one safetensors file.
 */
public final class Detector implements AutoCloseable {
    /** Section of the network in checkpoints and model files. */
    static final String SECTION = "model";

    /** What the metadata of checkpoints and model files say. */
    static final String RECIPE_KEY = "recipe";

    static final String CLASSES_KEY = "classes";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Recipe recipe;
    private final List<Category> categories;
    private final RetinaNet network;

    private Detector(Recipe recipe, List<Category> categories, RetinaNet network) {
        this.recipe = recipe;
        this.categories = List.copyOf(categories);
        this.network = network;
    }

    /** A new network; its weights are drawn with the recipe's seed. */
    public static Detector create(Recipe recipe, List<Category> categories, Backend backend) {
        Recipe.Model model = recipe.model();
        Norm norm = model.norm() == Recipe.Norm.BATCH ? Norm.BATCH : Norm.FROZEN;
        ResNetOptions backbone =
                new ResNetOptions(model.depth(), model.width(), model.strideIn1x1(), norm, model.freezeAt());
        RetinaNetOptions options = new RetinaNetOptions(
                backbone, model.pyramidChannels(), model.headConvolutions(), categories.size(), anchors(model));
        BuildContext context =
                BuildContext.root(backend, DType.F32, recipe.training().seed());
        RetinaNet network = new RetinaNet(context, options);
        network.setCheckpointing(recipe.training().recomputeBlocks());
        return new Detector(recipe, categories, network);
    }

    /** Three octave steps of each level's size, ratios 0.5, 1 and 2, as in section 4 of arXiv 1708.02002. */
    private static AnchorGenerator anchors(Recipe.Model model) {
        List<List<Double>> sizes = model.anchorSizes().stream()
                .map(size -> List.of(size, size * Math.pow(2, 1.0 / 3), size * Math.pow(2, 2.0 / 3)))
                .toList();
        List<Integer> strides = IntStream.range(0, RetinaNet.LEVELS)
                .mapToObj(level -> 8 << level)
                .toList();
        return new AnchorGenerator(sizes, List.of(0.5, 1.0, 2.0), strides, 0);
    }

    /**
     * A detector out of a file that {@link #save} wrote, in evaluation mode.
     *
     * @throws IOException if it is not such a file; the message says what is wrong with it
     */
    public static Detector load(Path file, Backend backend) throws IOException {
        Map<String, String> metadata;
        try (SafeTensors source = SafeTensors.open(file)) {
            metadata = source.metadata();
        }
        if (!metadata.containsKey(RECIPE_KEY) || !metadata.containsKey(CLASSES_KEY)) {
            throw new IOException(file + " holds no detector: its header names no recipe and no classes."
                    + " Take a model.safetensors that 'retort train' or 'retort distill' wrote");
        }
        Recipe recipe;
        List<Category> categories;
        try {
            recipe = JSON.readValue(metadata.get(RECIPE_KEY), Recipe.class);
            categories = JSON.readValue(metadata.get(CLASSES_KEY), new TypeReference<List<Category>>() {});
        } catch (JacksonException e) {
            throw new IOException(
                    file + ": the recipe or the classes in its header cannot be read: " + e.getOriginalMessage(), e);
        }
        Detector detector = create(recipe, categories, backend);
        try {
            new Checkpoint().model(SECTION, detector.network).load(file);
        } catch (IOException | RuntimeException e) {
            detector.close();
            throw e;
        }
        detector.network.setTraining(false);
        return detector;
    }

    /** Writes the file, whole or not at all. */
    public void save(Path file) throws IOException {
        new Checkpoint().model(SECTION, network).save(file, metadata());
    }

    /** What a file says of this detector besides its weights. */
    Map<String, String> metadata() {
        // In a fixed order, so that equal models are equal files.
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(RECIPE_KEY, JSON.writeValueAsString(recipe));
        metadata.put(CLASSES_KEY, JSON.writeValueAsString(categories));
        return metadata;
    }

    /** SHA-256 of weights and statistics as they are now: 64 hexadecimal digits. */
    String digest() {
        return new Checkpoint().model(SECTION, network).digest();
    }

    public Recipe recipe() {
        return recipe;
    }

    /** Index of a category here is the network's class. */
    public List<Category> categories() {
        return categories;
    }

    public RetinaNet network() {
        return network;
    }

    public Backend backend() {
        return network.backend();
    }

    /** Number of weights, buffers not counted. */
    public long parameterCount() {
        return network.parameters().values().stream()
                .mapToLong(parameter -> parameter.data().size())
                .sum();
    }

    /** How pixel values enter the network. */
    public Normalization normalization() {
        return switch (recipe.data().pixels()) {
            case MSRA -> Normalization.MSRA;
            case TORCHVISION -> Normalization.TORCHVISION;
        };
    }

    /** A batch as the network takes it: [N, H, W, 3]. */
    public Tensor input(Batch batch) {
        Shape shape = Shape.of(batch.size(), batch.height(), batch.width(), Batch.CHANNELS);
        return backend().upload(batch.pixels(normalization()), shape, DType.F32);
    }

    /** Detections of each picture of a batch, in the pixels of the original pictures. The network is in evaluation mode. */
    public List<Detections> detect(Batch batch) {
        DetectionPostprocessor postprocessor = DetectionPostprocessor.retinaNet(categories.size());
        List<Detections> found = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            RetinaNet.Output output = network.forward(input(batch));
            List<double[]> anchors = network.anchors(output.features());
            for (int n = 0; n < batch.size(); n++) {
                List<LevelPrediction> levels = new ArrayList<>();
                for (int level = 0; level < RetinaNet.LEVELS; level++) {
                    levels.add(new LevelPrediction(
                            anchors.get(level),
                            output.logits().get(level).narrow(n, 1).toFloats(),
                            output.deltas().get(level).narrow(n, 1).toFloats()));
                }
                ImageInfo original = batch.samples().get(n).info();
                ImageSize seen = new ImageSize(batch.heights()[n], batch.widths()[n]);
                found.add(
                        postprocessor.detect(levels).rescale(seen, new ImageSize(original.height(), original.width())));
            }
        }
        return found;
    }

    @Override
    public void close() {
        network.close();
    }
}
