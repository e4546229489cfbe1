package dev.retort.detection;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which class of a detector is which category of a data set that lists only some of them, in another order or under other
 * ids. The name tells; where several have one name, name and id together.
 *
 * @param categories for each class of the detector the data set's category, null where it has none
 * @param notices what differs, a sentence each
 */
public record ClassMatch(List<Category> categories, List<String> notices) {
    private static final int NAMED = 5;

    /**
     * Matches a detector's classes to a data set's categories.
     *
     * @throws DetectorException if the data set has boxes of a category that the detector does not know
     */
    public static ClassMatch of(List<Category> classes, CocoDataset dataset) {
        List<Category> others = dataset.categories();
        Category[] matched = new Category[classes.size()];
        List<Category> moved = new ArrayList<>();
        List<Category> unknown = new ArrayList<>();
        Map<String, Long> named = counts(classes);
        Map<String, Long> otherNamed = counts(others);
        for (Category category : others) {
            boolean onlyOne = named.getOrDefault(category.name(), 0L) == 1 && otherNamed.get(category.name()) == 1;
            int k = 0;
            while (k < matched.length && !isSame(classes.get(k), category, onlyOne)) {
                k++;
            }
            if (k == matched.length) {
                unknown.add(category);
            } else {
                matched[k] = category;
                if (classes.get(k).id() != category.id()) {
                    moved.add(category);
                }
            }
        }
        refuseBoxesOf(unknown, classes, dataset);
        List<Category> missing = new ArrayList<>();
        for (int k = 0; k < matched.length; k++) {
            if (matched[k] == null) {
                missing.add(classes.get(k));
            }
        }
        return new ClassMatch(Arrays.asList(matched), notices(dataset.source(), moved, missing, unknown));
    }

    private static Map<String, Long> counts(List<Category> categories) {
        return categories.stream().collect(Collectors.groupingBy(Category::name, Collectors.counting()));
    }

    private static boolean isSame(Category known, Category category, boolean onlyOne) {
        return known.name().equals(category.name()) && (onlyOne || known.id() == category.id());
    }

    private static void refuseBoxesOf(List<Category> unknown, List<Category> classes, CocoDataset dataset) {
        Set<Long> ids = unknown.stream().map(Category::id).collect(Collectors.toSet());
        Map<Long, Integer> boxes = new HashMap<>();
        for (var image : dataset.images()) {
            for (Annotation annotation : dataset.annotations(image.id())) {
                if (ids.contains(annotation.categoryId())) {
                    boxes.merge(annotation.categoryId(), 1, Integer::sum);
                }
            }
        }
        if (!boxes.isEmpty()) {
            List<Category> used = unknown.stream()
                    .filter(category -> boxes.containsKey(category.id()))
                    .toList();
            int count = boxes.values().stream().mapToInt(Integer::intValue).sum();
            throw new DetectorException(dataset.source() + " has " + count + " boxes of " + used.size()
                    + " classes that the detector does not know by name and id: " + some(used) + ". It knows "
                    + some(classes) + ". Give the classes in the file the detector's names, or take a detector that was"
                    + " trained on them");
        }
    }

    private static List<String> notices(
            String source, List<Category> moved, List<Category> missing, List<Category> unknown) {
        List<String> notices = new ArrayList<>();
        if (!moved.isEmpty()) {
            notices.add(source + ": " + moved.size() + " classes have other ids than in the detector and are matched by"
                    + " name: " + some(moved));
        }
        if (!missing.isEmpty()) {
            notices.add(
                    source + ": " + missing.size() + " classes of the detector are not among its categories; what is"
                            + " found of them does not count: " + some(missing));
        }
        if (!unknown.isEmpty()) {
            notices.add(source + ": " + unknown.size() + " categories without a box are unknown to the detector: "
                    + some(unknown));
        }
        return notices;
    }

    /** Tells how two lists of classes differ, in few words however many there are; empty if they do not. */
    public static String difference(String first, List<Category> classes, String second, List<Category> others) {
        List<Category> onlyFirst =
                classes.stream().filter(c -> !others.contains(c)).toList();
        List<Category> onlySecond =
                others.stream().filter(c -> !classes.contains(c)).toList();
        List<String> parts = new ArrayList<>();
        if (!onlyFirst.isEmpty()) {
            parts.add("only " + first + " has " + some(onlyFirst));
        }
        if (!onlySecond.isEmpty()) {
            parts.add("only " + second + " has " + some(onlySecond));
        }
        return String.join("; ", parts);
    }

    private static String some(List<Category> categories) {
        String named = categories.stream()
                .limit(NAMED)
                .map(category -> "'" + category.name() + "' (id " + category.id() + ")")
                .collect(Collectors.joining(", "));
        int more = categories.size() - NAMED;
        return more > 0 ? named + " and " + more + " more" : named;
    }
}
