package dev.retort.detection.weights;

import dev.retort.detection.data.Category;
import java.util.List;
import java.util.Optional;

/**
 * How a file of weights is taken.
 *
 * @param kind what is wanted of it; none for what it holds
 * @param project the program that it must be of, as {@link WeightSource#project}; none for any
 * @param classes the names of its classes; none for those that the file has or, where their number is COCO's, COCO's
 * @param settings of the recipe that go over the program's conventions, {@code key=value} each
 */
public record ImportOptions(
        Optional<WeightSource.Kind> kind,
        Optional<String> project,
        Optional<List<Category>> classes,
        List<String> settings) {
    /** What a file tells by itself. */
    public static final ImportOptions DEFAULT =
            new ImportOptions(Optional.empty(), Optional.empty(), Optional.empty(), List.of());

    public ImportOptions {
        classes = classes.map(List::copyOf);
        settings = List.copyOf(settings);
    }

    public ImportOptions withKind(WeightSource.Kind wanted) {
        return new ImportOptions(Optional.of(wanted), project, classes, settings);
    }

    /** @throws IllegalArgumentException if there is no such program */
    public ImportOptions withProject(String wanted) {
        if (!WeightSource.projects().contains(wanted)) {
            throw new IllegalArgumentException("There is no reader for weights of '" + wanted + "': "
                    + String.join(", ", WeightSource.projects()));
        }
        // timm's names are torchvision's.
        return new ImportOptions(kind, Optional.of(wanted.equals("timm") ? "torchvision" : wanted), classes, settings);
    }

    /** @param wanted in the order of the file's classes, a background left out */
    public ImportOptions withClasses(List<Category> wanted) {
        return new ImportOptions(kind, project, Optional.of(wanted), settings);
    }

    public ImportOptions withSettings(List<String> wanted) {
        return new ImportOptions(kind, project, classes, wanted);
    }

    /** The 80 classes of COCO with their ids. */
    public static List<Category> coco() {
        return CocoClasses.all();
    }
}
