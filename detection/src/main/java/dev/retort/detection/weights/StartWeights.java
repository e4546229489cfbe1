package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.data.Category;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.checkpoint.Differences;
import dev.retort.nn.checkpoint.WeightCopy;
import dev.retort.nn.weights.WeightFileException;
import dev.retort.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The weights that training starts from ({@code model.weights} of a recipe): a backbone, or a whole detector, of which all but the
 * classifier is taken if it knows other classes.
 */
public final class StartWeights {
    private static final String CLASSIFIER = "head.cls_score.";
    private static final int NAMED = 3;

    private StartWeights() {}

    /**
     * Overwrites a new detector's weights by those that its recipe names. Does nothing if it names none.
     *
     * @return what was taken and what was not, one sentence each, for the user
     * @throws WeightFileException if the file is none, or its backbone (or pyramid and head) is not the recipe's, naming the first
     *     difference; nothing was changed then, unless values turn out to be damaged
     * @throws IOException if it cannot be read
     */
    public static List<String> load(Detector detector) throws IOException {
        Recipe recipe = detector.recipe();
        if (recipe.model().startWeights().isEmpty()) {
            return List.of();
        }
        Path path = recipe.model().startWeights().get();
        try (StartFile file = StartFile.open(path, detector.categories())) {
            return load(path, file, detector);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static List<String> load(Path path, StartFile file, Detector detector) throws IOException {
        List<String> told = new ArrayList<>();
        Map<String, WeightCopy.Source> sources = new LinkedHashMap<>(file.tensors());
        String kind = detector.recipe().model().kind();
        boolean whole = file.kind().equals(Optional.of(kind));
        if (!whole) {
            sources.keySet().removeIf(name -> !name.startsWith(NameTable.BACKBONE));
            if (file.kind().isPresent()) {
                told.add(path + " holds a " + file.description() + ", not a " + kind + ": its backbone alone is taken");
            }
        } else if (!knows(file, detector, sources)) {
            sources.keySet().removeIf(name -> name.startsWith(CLASSIFIER));
            told.add("the classifier starts anew: " + path + " holds a " + file.description()
                    + ", whose classes are not the "
                    + detector.categories().size() + " of this data set");
        }
        List<String> differences = differences(sources, detector, whole);
        if (!differences.isEmpty()) {
            throw new WeightFileException(
                    path,
                    "is not of the recipe's network: "
                            + String.join(
                                    "; ", differences.stream().limit(NAMED).toList())
                            + (differences.size() > NAMED ? "; ..." : ""),
                    "Leave the keys of 'model' out that are not the file's, or take other weights");
        }
        WeightCopy copy = WeightCopy.matching(sources, detector.network());
        told.add(0, copy.copied().size() + " tensors start from " + path + " (" + file.description() + ")");
        return told;
    }

    /** Whether the file's classes are the detector's, as far as it knows them by name. */
    private static boolean knows(StartFile file, Detector detector, Map<String, WeightCopy.Source> sources) {
        Optional<List<Category>> known = file.classes();
        boolean fits = sources.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(CLASSIFIER))
                .allMatch(entry -> entry.getValue()
                        .shape()
                        .equals(detector.network().state().get(entry.getKey()).shape()));
        return fits && (known.isEmpty() || names(known.get()).equals(names(detector.categories())));
    }

    private static List<String> names(List<Category> categories) {
        return categories.stream().map(Category::name).toList();
    }

    /** What the file and the network have not in common; of a backbone the network's other parts do not count. */
    private static List<String> differences(Map<String, WeightCopy.Source> sources, Detector detector, boolean whole) {
        Map<String, Shape> expected = new LinkedHashMap<>();
        detector.network().state().forEach((name, tensor) -> {
            boolean wanted = whole ? !name.startsWith(CLASSIFIER) : name.startsWith(NameTable.BACKBONE);
            if (wanted || sources.containsKey(name)) {
                expected.put(name, tensor.shape());
            }
        });
        Map<String, Shape> given = new LinkedHashMap<>();
        sources.forEach((name, source) -> given.put(name, source.shape()));
        return Differences.between(expected, given);
    }
}
