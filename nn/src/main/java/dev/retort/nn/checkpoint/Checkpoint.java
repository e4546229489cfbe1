package dev.retort.nn.checkpoint;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.optim.Optimizer;
import dev.retort.nn.parallel.Communicator;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.JsonProblem;
import dev.retort.tensor.io.SafeTensors;
import dev.retort.tensor.io.SafeTensorsException;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Saves and restores models and optimizers as one safetensors file. Each is a section; its tensors are named
 * {@code section.name}, an optimizer's {@code section.kind.parameter} and {@code section.steps.parameter} (I64, []).
 * Convolution weights are OHWI, which the metadata says: {@code layout=OHWI}. What else a run must remember (iteration,
 * seed, configuration) is metadata of its own. The file is sealed by a digest of all of it, which loading compares.
 *
 * <pre>{@code
 * Checkpoint checkpoint = new Checkpoint().model("student", model).optimizer("sgd", sgd);
 * checkpoint.save(file, Map.of("iteration", "1000"));
 * Map<String, String> metadata = checkpoint.load(file);
 * }</pre>
 */
public final class Checkpoint {
    private static final String LAYOUT_KEY = "layout";
    private static final String LAYOUT = "OHWI";
    private static final String STEPS = "steps.";

    private final Map<String, Module> models = new LinkedHashMap<>();
    private final Map<String, Optimizer> optimizers = new LinkedHashMap<>();

    /** Adds a model's parameters and buffers as a section. */
    public Checkpoint model(String section, Module model) {
        checkSection(section);
        models.put(section, model);
        return this;
    }

    /** Adds an optimizer's state as a section. */
    public Checkpoint optimizer(String section, Optimizer optimizer) {
        checkSection(section);
        optimizers.put(section, optimizer);
        return this;
    }

    private void checkSection(String section) {
        if (section.isEmpty()
                || section.contains(".")
                || models.containsKey(section)
                || optimizers.containsKey(section)) {
            throw new IllegalArgumentException(
                    "A section of a checkpoint has a name of its own without dots, got '" + section + "'");
        }
    }

    /**
     * Writes the file, whole or not at all.
     *
     * @param metadata what {@link #load} is to give back; the keys {@code layout} and {@code sha256} are taken
     */
    public void save(Path file, Map<String, String> metadata) throws IOException {
        for (String own : List.of(LAYOUT_KEY, SafeTensors.SEAL)) {
            if (metadata.containsKey(own)) {
                throw new IllegalArgumentException("The metadata key '" + own + "' is the checkpoint's own");
            }
        }
        SafeTensorsWriter writer = new SafeTensorsWriter().metadata(LAYOUT_KEY, LAYOUT);
        metadata.forEach(writer::metadata);
        addSections(writer);
        writer.seal().write(file);
    }

    /** The SHA-256 of the values as they are now, with their names and shapes: 64 hexadecimal digits. */
    public String digest() {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        addSections(writer);
        return writer.digest();
    }

    private void addSections(SafeTensorsWriter writer) {
        models.forEach((section, model) -> add(writer, section, model.state()));
        optimizers.forEach((section, optimizer) -> {
            add(writer, section, optimizer.state());
            optimizer
                    .steps()
                    .forEach((name, count) ->
                            writer.add(section + '.' + STEPS + name, Shape.SCALAR, new long[] {count}));
        });
    }

    private static void add(SafeTensorsWriter writer, String section, Map<String, Tensor> tensors) {
        tensors.forEach((name, tensor) -> {
            if (tensor.dtype() == DType.F64) {
                writer.add(section + '.' + name, tensor.shape(), tensor.toDoubles());
            } else {
                writer.add(section + '.' + name, tensor.shape(), tensor.toFloats());
            }
        });
    }

    /**
     * A model built out of a section of a file, in the type {@code dtype}, as {@link #load} would fill it. Every tensor is held
     * against the file's before memory is taken for it, so a constructor that was told sizes which are not the file's costs no
     * more than the file has.
     *
     * @param constructor makes the model in the context that it is given
     * @throws ArchitectureException at the first tensor of another shape, missing or left over
     * @throws SafeTensorsException if the file is damaged, or a value is NaN or infinite
     */
    public static <M extends Module> M build(
            SafeTensors source, String section, Backend backend, DType dtype, Function<BuildContext, M> constructor)
            throws IOException {
        requireLayout(source);
        source.checkSeal();
        return new StoredValues(source, section).build(backend, dtype, constructor);
    }

    /**
     * Overwrites the sections that were added. Other sections of the file are not looked at. Values are converted to the
     * model's type. A file without a digest, as older versions wrote it, is taken as it is.
     *
     * @return the metadata that was saved
     * @throws SafeTensorsException naming the first difference, if a section's names or shapes are not exactly those of its
     *     model or optimizer, if the file is damaged, or the first tensor with a value that is NaN or infinite; nothing is
     *     changed then
     */
    public Map<String, String> load(Path file) throws IOException {
        try (SafeTensors source = SafeTensors.open(file)) {
            requireLayout(source);
            Map<String, String> metadata = new LinkedHashMap<>(source.metadata());
            metadata.remove(SafeTensors.SEAL);
            metadata.remove(LAYOUT_KEY);
            source.checkSeal();
            Map<String, Map<String, Integer>> steps = validate(file, source);
            for (Map.Entry<String, Module> model : models.entrySet()) {
                restore(source, model.getKey(), model.getValue());
            }
            for (Map.Entry<String, Optimizer> optimizer : optimizers.entrySet()) {
                restore(source, optimizer.getKey(), optimizer.getValue(), steps.get(optimizer.getKey()));
            }
            return metadata;
        }
    }

    /**
     * Overwrites the sections that were added by rank 0's, in every rank. All ranks call it with the same sections; their values
     * are float32.
     */
    public void broadcast(Communicator ranks) {
        StateBroadcast state = new StateBroadcast(ranks);
        models.forEach(state::model);
        optimizers.forEach(state::optimizer);
    }

    private static void requireLayout(SafeTensors source) throws SafeTensorsException {
        String layout = source.metadata().get(LAYOUT_KEY);
        if (!LAYOUT.equals(layout)) {
            throw new SafeTensorsException(
                    source.file(),
                    "is no checkpoint: its layout is " + (layout == null ? "not named" : JsonProblem.shown(layout))
                            + ", not " + LAYOUT + "; import foreign weights instead");
        }
    }

    /** Refuses a tensor with a value that is NaN or infinite: what was saved after training had diverged is of no use. */
    static void requireFinite(Path file, SafeTensors.Entry entry) throws IOException {
        int index = entry.firstNotFinite();
        if (index >= 0) {
            throw new SafeTensorsException(
                    file,
                    "tensor '" + entry.name() + "' has a value that is NaN or infinite (number " + index
                            + "): training had diverged. Take an earlier file, or train again with a smaller learning rate");
        }
    }

    /** Compares everything before anything is changed; gives the step counts of each optimizer. */
    private Map<String, Map<String, Integer>> validate(Path file, SafeTensors source) throws IOException {
        for (Map.Entry<String, Module> model : models.entrySet()) {
            Map<String, Shape> expected = new LinkedHashMap<>();
            model.getValue().state().forEach((name, tensor) -> expected.put(name, tensor.shape()));
            refuse(file, model.getKey(), Differences.between(expected, shapes(source, model.getKey())));
            requireFinite(file, source, model.getKey());
        }
        Map<String, Map<String, Integer>> steps = new LinkedHashMap<>();
        for (Map.Entry<String, Optimizer> optimizer : optimizers.entrySet()) {
            String section = optimizer.getKey();
            Map<String, Shape> given = shapes(source, section);
            Map<String, Integer> counts = new LinkedHashMap<>();
            for (String name : given.keySet()) {
                if (name.startsWith(STEPS)) {
                    long[] count = source.entry(section + '.' + name).toLongs();
                    if (count.length != 1 || count[0] < 0 || count[0] > Integer.MAX_VALUE) {
                        throw new SafeTensorsException(
                                file,
                                "tensor '" + section + '.' + name + "' is not one number of steps, but "
                                        + (count.length == 1 ? count[0] : count.length + " numbers"));
                    }
                    counts.put(name.substring(STEPS.length()), (int) count[0]);
                }
            }
            given.keySet().removeIf(name -> name.startsWith(STEPS));
            try {
                refuse(file, section, Differences.between(optimizer.getValue().expectedState(counts), given));
            } catch (IllegalArgumentException unknown) {
                throw new SafeTensorsException(file, "section '" + section + "': " + unknown.getMessage(), unknown);
            }
            requireFinite(file, source, section);
            steps.put(section, counts);
        }
        return steps;
    }

    private static void refuse(Path file, String section, List<String> differences) throws SafeTensorsException {
        if (!differences.isEmpty()) {
            throw new SafeTensorsException(
                    file,
                    "section '" + section + "' is of another architecture: " + differences.get(0)
                            + (differences.size() > 1 ? " (and " + (differences.size() - 1) + " more)" : ""));
        }
    }

    private static void requireFinite(Path file, SafeTensors source, String section) throws IOException {
        for (SafeTensors.Entry entry : source.entries().values()) {
            if (entry.name().startsWith(section + '.')) {
                requireFinite(file, entry);
            }
        }
    }

    /**
     * A section's tensors as sources of a copy, by their names inside it. They are read when copied, while the file is open.
     *
     * @throws SafeTensorsException if the file is damaged, or a value of the section is NaN or infinite
     */
    public static Map<String, WeightCopy.Source> sources(SafeTensors source, String section) throws IOException {
        requireLayout(source);
        source.checkSeal();
        requireFinite(source.file(), source, section);
        Map<String, WeightCopy.Source> sources = new LinkedHashMap<>();
        shapes(source, section).forEach((name, shape) -> {
            SafeTensors.Entry entry = source.entries().get(section + '.' + name);
            sources.put(name, WeightCopy.Source.read(shape, entry::toFloats));
        });
        return sources;
    }

    /** Shapes of a section's tensors, by their names inside it. */
    private static Map<String, Shape> shapes(SafeTensors source, String section) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        source.entries().forEach((name, entry) -> {
            if (name.startsWith(section + '.')) {
                shapes.put(name.substring(section.length() + 1), entry.shape());
            }
        });
        return shapes;
    }

    private static void restore(SafeTensors source, String section, Module model) throws IOException {
        for (Map.Entry<String, Tensor> target : model.state().entrySet()) {
            Tensor tensor = target.getValue();
            try (Scope scope = Scope.open()) {
                Backend backend = tensor.backend();
                backend.assign(tensor, upload(backend, source.entry(section + '.' + target.getKey()), tensor.dtype()));
            }
        }
    }

    private static void restore(SafeTensors source, String section, Optimizer optimizer, Map<String, Integer> steps)
            throws IOException {
        if (optimizer.parameters().isEmpty()) {
            return;
        }
        Tensor example = optimizer.parameters().values().iterator().next().data();
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> state = new LinkedHashMap<>();
            for (String name : optimizer.expectedState(steps).keySet()) {
                SafeTensors.Entry entry = source.entry(section + '.' + name);
                state.put(name, upload(example.backend(), entry, example.dtype()));
            }
            optimizer.restore(state, steps);
        }
    }

    static Tensor upload(Backend backend, SafeTensors.Entry entry, DType dtype) throws IOException {
        Object values = dtype == DType.F64 ? entry.toDoubles() : entry.toFloats();
        return backend.upload(values, entry.shape(), dtype);
    }
}
