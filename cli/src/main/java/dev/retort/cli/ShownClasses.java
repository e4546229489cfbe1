package dev.retort.cli;

import dev.retort.detection.data.Category;
import dev.retort.detection.data.Printable;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Names of classes for tables: fit for a terminal, and with the id where several have one name. */
final class ShownClasses {
    private ShownClasses() {}

    /** A text for each category, in their order. */
    static List<String> of(List<Category> categories) {
        Map<String, Long> counts =
                categories.stream().collect(Collectors.groupingBy(Category::name, Collectors.counting()));
        return categories.stream()
                .map(c -> Printable.line(c.name()) + (counts.get(c.name()) > 1 ? " (id " + c.id() + ")" : ""))
                .toList();
    }
}
