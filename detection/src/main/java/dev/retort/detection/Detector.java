package dev.retort.detection;

import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.ImageException;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.Normalization;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.DetectionModels;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.BuildContext;
import dev.retort.nn.checkpoint.ArchitectureException;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.SafeTensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A detector as people use it: a network, the classes it knows and the recipe it was made by, which says how images
 * enter it. All three live in one safetensors file.
 *
 * <pre>{@code
 * try (Detector detector = Detector.load(Path.of("model.safetensors"))) {
 *     for (DetectedObject object : detector.detect(image)) {
 *         System.out.println(object.label() + " " + object.score() + " at " + object.x() + ", " + object.y());
 *     }
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> One detector serves many threads at once: every {@code detect} may be called by several of them, without a
 * lock around it, and each gets the bits that one thread alone would get. Nobody may close the detector meanwhile, train its
 * network, or change its weights or its mode ({@link #network()}). A call computes on the backend's threads (on {@code simd} as
 * many as there are processors), so that more calling threads answer more requests at once but none sooner.
 *
 * <p><b>Time.</b> The JVM compiles kernels in the course of the first some twenty calls, the first of which takes many times as long as
 * later ones. A program that has to answer at once looks into a blank image of the usual size so often before.
 */
public final class Detector implements AutoCloseable {
    /** Section of the network in checkpoints and model files. */
    public static final String SECTION = "model";

    private static final int NAMED = 5;

    private final ModelHeader header;
    private final String name;
    private final DetectionModel network;
    private final boolean ownsBackend;

    /**
     * @param name what messages call it: the file that it came from
     * @param ownsBackend whether the backend is closed with it
     */
    private Detector(ModelHeader header, String name, DetectionModel network, boolean ownsBackend) {
        this.header = header;
        this.name = name;
        this.network = network;
        this.ownsBackend = ownsBackend;
    }

    /** A new network; its weights are drawn with the recipe's seed. */
    public static Detector create(Recipe recipe, List<Category> categories, Backend backend) {
        BuildContext context =
                BuildContext.root(backend, DType.F32, recipe.training().seed());
        ModelHeader header = new ModelHeader(recipe, categories);
        return new Detector(header, "this detector", network(context, header), false);
    }

    /**
     * A detector around a network that was built elsewhere, which it takes over.
     *
     * @param recipe says how images enter the network
     * @param categories index of a category here is the network's class
     * @param name what messages call it: the file that the weights came from
     */
    public static Detector of(Recipe recipe, List<Category> categories, DetectionModel network, String name) {
        return new Detector(new ModelHeader(recipe, categories), name, network, false);
    }

    private static DetectionModel network(BuildContext context, ModelHeader header) {
        Recipe recipe = header.recipe();
        DetectionModel network = DetectionModels.create(
                context, recipe.model(), recipe::own, header.categories().size());
        network.setCheckpointing(recipe.training().recomputeBlocks());
        return network;
    }

    /**
     * Loads a detector, in evaluation mode, on the best backend that can be used here. It owns the backend, and closes it with
     * itself.
     *
     * @param file as {@link #save} wrote it, or {@code retort train} and {@code retort distill}
     * @throws IOException if it is not such a file, or a weight is not finite; the message says what is wrong with it
     */
    public static Detector load(Path file) throws IOException {
        Backend backend = Backends.create("auto");
        try {
            return load(file, backend, true);
        } catch (IOException | RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    /**
     * Loads a detector as {@link #load(Path)} does, on a backend that stays the caller's, who closes it after the detector. Several
     * detectors may share one.
     *
     * @throws IOException if it is not such a file, or a weight is not finite; the message says what is wrong with it
     */
    public static Detector load(Path file, Backend backend) throws IOException {
        return load(file, backend, false);
    }

    /** The header is held against the file's own tensors before anything is built by it. */
    private static Detector load(Path file, Backend backend, boolean ownsBackend) throws IOException {
        try (SafeTensors source = SafeTensors.open(file)) {
            ModelHeader header = ModelHeader.read(file, source.metadata());
            try {
                DetectionModel network =
                        Checkpoint.build(source, SECTION, backend, DType.F32, context -> network(context, header));
                network.setTraining(false);
                return new Detector(header, file.toString(), network, ownsBackend);
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
        return recipe().data().pixels().normalization();
    }

    /** A batch as the network takes it: [N, H, W, 3], in the network's number type. */
    public Tensor input(Batch batch) {
        Shape shape = Shape.of(batch.size(), batch.height(), batch.width(), Batch.CHANNELS);
        Tensor pixels = backend().upload(batch.pixels(normalization()), shape, DType.F32);
        if (network.dtype() == DType.F32) {
            return pixels;
        }
        try (pixels) {
            return backend().cast(pixels, network.dtype());
        }
    }

    /**
     * Finds objects in an image, best first, with the {@linkplain DetectionOptions#DEFAULT default options}.
     *
     * @param image of any type of BufferedImage
     * @throws ImageException if its samples have more than 16 bits: floats, for example
     * @throws DetectorException if the network's answer is not a number: its training had diverged
     */
    public List<DetectedObject> detect(BufferedImage image) {
        return detect(image, DetectionOptions.DEFAULT);
    }

    /** As {@link #detect(BufferedImage)}, with options. */
    public List<DetectedObject> detect(BufferedImage image, DetectionOptions options) {
        return detect(RgbImage.of(Objects.requireNonNull(image, "The image is null")), options);
    }

    /**
     * Finds objects in an image file (JPEG, PNG, BMP, GIF's first frame), best first, with the {@linkplain DetectionOptions#DEFAULT
     * default options}. A camera's rotation tag is applied: boxes are those of the image that viewers show.
     *
     * @throws ImageException naming the file, if it cannot be read, is damaged, too large or of an unknown format
     * @throws DetectorException if the network's answer is not a number: its training had diverged
     */
    public List<DetectedObject> detect(Path file) {
        return detect(file, DetectionOptions.DEFAULT);
    }

    /** As {@link #detect(Path)}, with options. */
    public List<DetectedObject> detect(Path file, DetectionOptions options) {
        return detect(
                ImageFileReader.read(Objects.requireNonNull(file, "The image file is null"), options.maxPixels()),
                options);
    }

    /**
     * Finds objects in each of several images, with the {@linkplain DetectionOptions#DEFAULT default options}: an image at a time,
     * with the bits of a call for each.
     *
     * @return a list for each image, in their order; empty if there is no image
     * @throws ImageException if an image's samples have more than 16 bits
     * @throws DetectorException if the network's answer is not a number: its training had diverged
     */
    public List<List<DetectedObject>> detect(List<BufferedImage> images) {
        return detect(images, DetectionOptions.DEFAULT);
    }

    /**
     * As {@link #detect(List)}, with options. Of {@link DetectionOptions#batchSize} images those that the network sees at one size are
     * computed together; what is found in an image does not depend on the sizes of others.
     */
    public List<List<DetectedObject>> detect(List<BufferedImage> images, DetectionOptions options) {
        List<ImageSize> sizes = new ArrayList<>();
        List<List<DetectedObject>> found = new ArrayList<>();
        for (BufferedImage image : Objects.requireNonNull(images, "The list of images is null")) {
            Objects.requireNonNull(image, () -> "Image " + sizes.size() + " of the list is null");
            sizes.add(new ImageSize(image.getHeight(), image.getWidth()));
            found.add(List.of());
        }
        int divisor = network.sizeDivisor();
        for (List<Integer> places : EqualSizes.batches(recipe(), sizes, options.batchSize(), divisor)) {
            List<RgbImage> decoded =
                    places.stream().map(i -> RgbImage.of(images.get(i))).toList();
            List<Detections> perImage = detect(batch(decoded));
            for (int n = 0; n < places.size(); n++) {
                found.set(places.get(n), objects(perImage.get(n), options));
            }
        }
        return found;
    }

    /**
     * Finds objects in a decoded image, best first.
     *
     * @throws DetectorException if the network's answer is not a number: its training had diverged
     */
    public List<DetectedObject> detect(RgbImage image, DetectionOptions options) {
        return objects(detect(batch(List.of(image))).get(0), options);
    }

    private Batch batch(List<RgbImage> images) {
        List<Sample> samples = images.stream()
                .map(image -> RecipeBatches.sample(
                        recipe(), new ImageInfo(0, "an image", image.width(), image.height()), image))
                .toList();
        return Batch.of(samples, network.sizeDivisor());
    }

    /** Detections of an image with the names of their classes, best first; those of the options' least score and more. */
    public List<DetectedObject> objects(Detections found, DetectionOptions options) {
        List<DetectedObject> objects = new ArrayList<>();
        double[] boxes = found.boxes();
        for (int i = 0; i < found.size(); i++) {
            double score = found.scores()[i];
            if (score >= options.scoreThreshold()) {
                int k = found.classes()[i];
                Category category = categories().get(k);
                int b = 4 * i;
                objects.add(new DetectedObject(
                        category.name(), score, k, category.id(), boxes[b], boxes[b + 1], boxes[b + 2], boxes[b + 3]));
            }
        }
        return objects;
    }

    /**
     * Detections of each image of a batch, in the pixels of the original images. The network is in evaluation mode.
     *
     * @throws DetectorException if the network's answer is not a number: its training had diverged
     */
    public List<Detections> detect(Batch batch) {
        return detect(batch, () -> {});
    }

    /**
     * As {@link #detect(Batch)}, for those who measure.
     *
     * @param computed is run once, when the network's answer is asked for and before it is decoded; on a device it may be computed
     *     later, unless this waits for it ({@link Backend#synchronize})
     */
    public List<Detections> detect(Batch batch, Runnable computed) {
        List<Detections> found = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            List<ImageSize> seen =
                    batch.groundTruth().stream().map(GroundTruth::size).toList();
            Predictions predictions = network.forward(input(batch));
            computed.run();
            List<Detections> raw = predictions.detections(seen);
            for (int n = 0; n < batch.size(); n++) {
                ImageInfo original = batch.samples().get(n).info();
                ImageSize size = new ImageSize(original.height(), original.width());
                found.add(recipe().data().resize().restore(raw.get(n), seen.get(n), size));
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

    /** For example {@code Detector of 2 classes (cat, dog) on simd, from model.safetensors}. */
    @Override
    public String toString() {
        String names = categories().stream().limit(NAMED).map(Category::name).collect(Collectors.joining(", "));
        return "Detector of " + categories().size() + " classes (" + names
                + (categories().size() > NAMED ? ", ..." : "") + ") on "
                + backend().name() + ", from " + name;
    }

    /** Gives the network's memory back; and the backend's, where {@link #load(Path)} made it. */
    @Override
    public void close() {
        Backend backend = backend();
        network.close();
        if (ownsBackend) {
            backend.close();
        }
    }
}
