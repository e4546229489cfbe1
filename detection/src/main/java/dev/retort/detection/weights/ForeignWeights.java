package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.ModelHeader;
import dev.retort.detection.data.Category;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.DetectionModels;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.weights.Container;
import dev.retort.nn.weights.WeightFile;
import dev.retort.nn.weights.WeightFileException;
import dev.retort.nn.weights.WeightTensor;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Weights of another program with all that is known of them: whose they are, which network, which classes, and how that program
 * uses them. Opening reads names and shapes; values are read when a detector is made.
 *
 * <pre>{@code
 * try (ForeignWeights weights = ForeignWeights.open(Path.of("retinanet_resnet50_fpn_coco-eeacb38b.pth"));
 *         Detector detector = weights.detector(backend)) {
 *     detector.save(Path.of("model.safetensors"));
 * }
 * }</pre>
 *
 * <p>Nothing is passed over in silence: each tensor of the file has a place here or is known to have none, and each place is filled;
 * else the file is refused.
 */
public final class ForeignWeights implements AutoCloseable {
    private final WeightFile file;
    private final ImportOptions options;
    private final WeightSource source;
    private final Architecture network;
    private final Conventions conventions;
    private final Recipe recipe;
    private final Optional<List<Category>> namedClasses;
    private final Optional<ClassRows> classes;
    private final Map<String, ImportedTensor> tensors = new LinkedHashMap<>();
    private final Map<String, Integer> dropped = new TreeMap<>();

    /** Decides on a file's classes, of which it may name its own. */
    @FunctionalInterface
    private interface ClassChoice {
        ClassRows of(WeightSource source, int channels, Optional<List<Category>> named) throws WeightFileException;
    }

    private ForeignWeights(WeightFile file, ImportOptions options, ClassChoice choice) throws IOException {
        this.file = file;
        this.options = options;
        Map<String, WeightTensor> given = ForeignState.of(file).tensors();
        ForeignNames names = ForeignNames.of(file.path(), given, options);
        source = names.source();
        Map<String, WeightTensor> named = names.tensors();
        dropped.putAll(names.dropped());
        network = Architecture.of(file.path(), source, named);
        Optional<ModelHeader> header = ExportHeader.read(file);
        conventions = header.map(own -> Conventions.of(own.recipe()))
                .orElseGet(() -> Conventions.of(source, network, given.keySet()));
        namedClasses = header.map(ModelHeader::categories).or(() -> ForeignState.classes(file));
        boolean whole = isWhole(options);
        recipe = header.map(ModelHeader::recipe)
                .orElseGet(() -> Recipe.defaults().with(conventions.settings().toArray(String[]::new)))
                .with(options.settings().toArray(String[]::new));
        classes = whole ? Optional.of(choice.of(source, network.channels(), namedClasses)) : Optional.empty();
        HeadRows rows = new HeadRows(source, network.anchors(), network.channels());
        named.forEach((name, tensor) -> {
            if (whole || name.startsWith(NameTable.BACKBONE)) {
                int[] order = classes.map(chosen -> rows.theirs(name, chosen)).orElse(new int[0]);
                tensors.put(name, new ForeignTensor(tensor, order));
            } else {
                dropped.merge("not of the backbone", 1, Integer::sum);
            }
        });
        NormValues.complete(tensors, source == WeightSource.CAFFE2_RESNET);
        boolean counters = WeightSource.hasCounters(given.keySet());
        if (source == WeightSource.TORCHVISION_RETINANET && !counters && header.isEmpty()) {
            // Its frozen norms have no eps (overwrite_eps in models/detection/retinanet.py). What we wrote has ours.
            NormValues.fold(tensors);
        }
    }

    /**
     * Opens a file in any format that {@link WeightFile} reads.
     *
     * @throws WeightFileException if it is none, is damaged, of no known program, or lacks something
     * @throws IOException if it cannot be read
     * @throws dev.retort.detection.recipe.RecipeException if a setting is wrong
     */
    public static ForeignWeights open(Path path, ImportOptions options) throws IOException {
        return open(
                WeightFile.open(path),
                options,
                (source, channels, named) -> ClassRows.of(path, source, channels, options.classes(), named));
    }

    /** Opens a file to start a detector of some classes from it: whatever its own are. */
    static ForeignWeights openToStart(Path path, List<Category> categories) throws IOException {
        return open(
                WeightFile.open(path),
                ImportOptions.DEFAULT,
                (source, channels, named) -> ClassRows.toStart(path, source, channels, categories));
    }

    private static ForeignWeights open(WeightFile file, ImportOptions options, ClassChoice choice) throws IOException {
        try {
            return new ForeignWeights(file, options, choice);
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** Opens a file, taking it for what it says. */
    public static ForeignWeights open(Path path) throws IOException {
        return open(path, ImportOptions.DEFAULT);
    }

    private boolean isWhole(ImportOptions options) {
        return options.kind().orElse(source.kind()) != WeightSource.Kind.BACKBONE;
    }

    /** Whose weights they are. */
    public WeightSource source() {
        return source;
    }

    /** The file's format. */
    public Container container() {
        return file.container();
    }

    /** The program's conventions as a recipe, the settings of the options over them. */
    public Recipe recipe() {
        return recipe;
    }

    /** What the tensors tell of the network: settings of the recipe, {@code key=value} each. */
    public List<String> read() {
        return conventions.read();
    }

    /** What no file tells, and was assumed, as nothing was set: settings of the recipe, {@code key=value} each. */
    public List<String> assumed() {
        return conventions.assumed().stream()
                .filter(assumed -> options.settings().stream()
                        .noneMatch(set -> set.startsWith(assumed.substring(0, assumed.indexOf('=') + 1))))
                .toList();
    }

    /** The classes in our order; none for a backbone. */
    public List<Category> categories() {
        return classes.map(ClassRows::classes).orElse(List.of());
    }

    /** What a recipe follows that starts from these weights. */
    List<String> conventions() {
        return conventions.settings();
    }

    /** The classes, if the file or their number tells their names. */
    Optional<List<Category>> knownClasses() {
        boolean coco = network.channels() == CocoClasses.all().size()
                || source.hasBackground() && network.channels() == CocoClasses.CHANNELS;
        return namedClasses.isPresent() || !coco ? namedClasses : Optional.of(CocoClasses.all());
    }

    /** How many class channels the file has; 0 for a backbone. */
    public int channels() {
        return network.channels();
    }

    /** How many tensors were left out, by the reason. */
    public Map<String, Integer> dropped() {
        return Collections.unmodifiableMap(dropped);
    }

    /** Our names and shapes. */
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    /**
     * The values of one tensor in our layout.
     *
     * @param name ours
     * @throws WeightFileException if they are damaged, or one is NaN or infinite
     */
    public float[] values(String name) throws IOException {
        return tensors.get(name).values(file.path());
    }

    /**
     * A detector of these weights, in evaluation mode, on a backend that stays the caller's.
     *
     * @throws WeightFileException if a tensor is missing, left over, of another shape, damaged or not finite
     * @throws IllegalStateException for a backbone, which is no detector
     */
    public Detector detector(Backend backend) throws IOException {
        if (classes.isEmpty()) {
            throw new IllegalStateException(file.path() + " was taken as a backbone, which is no detector");
        }
        DetectionModel model = build(backend, DType.F32, this::network);
        model.setTraining(false);
        return Detector.of(recipe, categories(), model, file.path().toString());
    }

    private DetectionModel network(BuildContext context) {
        return DetectionModels.create(
                context, recipe.model(), recipe::own, categories().size());
    }

    /**
     * A module of these weights and of all of them: the network of {@link #recipe}, or a backbone at {@code backbone.bottom_up}.
     *
     * @param constructor makes it in the context that it is given
     * @throws WeightFileException if a tensor is missing, left over, of another shape, damaged or not finite
     */
    public <M extends Module> M build(Backend backend, DType dtype, Function<BuildContext, M> constructor)
            throws IOException {
        return new ImportedValues(file.path(), tensors).build(backend, dtype, constructor);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
