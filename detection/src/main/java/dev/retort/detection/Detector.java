package dev.retort.detection;

import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.Normalization;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.DetectionModels;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.BuildContext;
import dev.retort.nn.checkpoint.ArchitectureException;
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
import java.util.List;
import java.util.Map;

/**
 * A detector as people use it: a network, the classes it knows and the recipe it was made by, which says how pictures
 * enter it. All three live in one safetensors file.
 */
public final class Detector implements AutoCloseable {
    /** Section of the network in checkpoints and model files. */
    public static final String SECTION = "model";

    private final ModelHeader header;
    private final String name;
    private final DetectionModel network;

    /** @param name what messages call it: the file that it came from */
    private Detector(ModelHeader header, String name, DetectionModel network) {
        this.header = header;
        this.name = name;
        this.network = network;
    }

    /** A new network; its weights are drawn with the recipe's seed. */
    public static Detector create(Recipe recipe, List<Category> categories, Backend backend) {
        BuildContext context =
                BuildContext.root(backend, DType.F32, recipe.training().seed());
        ModelHeader header = new ModelHeader(recipe, categories);
        return new Detector(header, "this detector", network(context, header));
    }

    private static DetectionModel network(BuildContext context, ModelHeader header) {
        Recipe recipe = header.recipe();
        DetectionModel network = DetectionModels.create(
                context, recipe.model(), recipe::own, header.categories().size());
        network.setCheckpointing(recipe.training().recomputeBlocks());
        return network;
    }

    /**
     * A detector out of a file that {@link #save} wrote, in evaluation mode. The header is held against the file's own tensors
     * before anything is built by it.
     *
     * @throws IOException if it is not such a file, or a weight is not finite; the message says what is wrong with it
     */
    public static Detector load(Path file, Backend backend) throws IOException {
        try (SafeTensors source = SafeTensors.open(file)) {
            ModelHeader header = ModelHeader.read(file, source.metadata());
            try {
                DetectionModel network =
                        Checkpoint.build(source, SECTION, backend, DType.F32, context -> network(context, header));
                network.setTraining(false);
                return new Detector(header, file.toString(), network);
            } catch (ArchitectureException e) {
                throw header.mismatch(file, e);
            }
        }
    }

    /** Writes the file, whole or not at all. */
    public void save(Path file) throws IOException {
        new Checkpoint().model(SECTION, network).save(file, metadata());
    }

    /** What a file says of this detector besides its weights. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** SHA-256 of weights and statistics as they are now: 64 hexadecimal digits. */
    public String digest() {
        return new Checkpoint().model(SECTION, network).digest();
    }

    public Recipe recipe() {
        return header.recipe();
    }

    /** Index of a category here is the network's class. */
    public List<Category> categories() {
        return header.categories();
    }

    public DetectionModel network() {
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
        return switch (recipe().data().pixels()) {
            case MSRA -> Normalization.MSRA;
            case TORCHVISION -> Normalization.TORCHVISION;
        };
    }

    /** A batch as the network takes it: [N, H, W, 3]. */
    public Tensor input(Batch batch) {
        Shape shape = Shape.of(batch.size(), batch.height(), batch.width(), Batch.CHANNELS);
        return backend().upload(batch.pixels(normalization()), shape, DType.F32);
    }

    /**
     * Detections of each picture of a batch, in the pixels of the original pictures. The network is in evaluation mode. Several
     * threads may call this at once, as long as none of them trains the network or changes its weights or its mode.
     *
     * @throws DetectorException if the network's answer is not a number: its training had diverged
     */
    public List<Detections> detect(Batch batch) {
        List<Detections> found = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            List<ImageSize> seen =
                    batch.groundTruth().stream().map(GroundTruth::size).toList();
            List<Detections> raw = network.forward(input(batch)).detections(seen);
            for (int n = 0; n < batch.size(); n++) {
                ImageInfo original = batch.samples().get(n).info();
                found.add(raw.get(n).rescale(seen.get(n), new ImageSize(original.height(), original.width())));
            }
        } catch (ArithmeticException e) {
            throw new DetectorException(
                    "The network of " + name + " finds boxes or scores that are no numbers, though its weights are: "
                            + e.getMessage()
                            + ". Its training had diverged. Take an earlier file, or train again with a"
                            + " smaller learning rate",
                    e);
        }
        return found;
    }

    @Override
    public void close() {
        network.close();
    }
}
