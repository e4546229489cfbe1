package dev.retort.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A detector's classes and a data set's categories: never one for another, and refused only where there is no telling. */
class ClassMatchTest {
    private static final Category RED = new Category(1, "red");
    private static final Category GREEN = new Category(2, "green");
    private static final Category BLUE = new Category(3, "blue");
    private static final List<Category> CLASSES = List.of(RED, GREEN, BLUE);

    /** One box of each of the first {@code used} categories. */
    private static CocoDataset dataset(int used, Category... categories) {
        List<Annotation> boxes = new ArrayList<>();
        for (int i = 0; i < used; i++) {
            boxes.add(new Annotation(i + 1, 1, categories[i].id(), 1, 1, 5, 5, 25, false));
        }
        return CocoDataset.inMemory(
                "val.json", List.of(new ImageInfo(1, "a.png", 40, 30)), List.of(categories), boxes, Map.of());
    }

    private static CocoDataset dataset(Category... categories) {
        return dataset(categories.length, categories);
    }

    @Test
    void equalClassesMatchWithoutANotice() {
        assertThat(ClassMatch.of(CLASSES, dataset(RED, GREEN, BLUE))).isEqualTo(new ClassMatch(CLASSES, List.of()));
    }

    @Test
    void aSubsetMatches() {
        ClassMatch match = ClassMatch.of(CLASSES, dataset(RED, BLUE));
        assertThat(match.categories()).isEqualTo(Arrays.asList(RED, null, BLUE));
        assertThat(match.notices())
                .singleElement()
                .asString()
                .contains("val.json", "1 classes of the detector are not among its categories", "'green' (id 2)");
    }

    @Test
    void anotherOrderMatchesByName() {
        Category first = new Category(1, "blue");
        Category second = new Category(2, "red");
        Category third = new Category(7, "green");
        ClassMatch match = ClassMatch.of(CLASSES, dataset(first, second, third));
        assertThat(match.categories()).containsExactly(second, third, first);
        assertThat(match.notices())
                .singleElement()
                .asString()
                .contains("3 classes have other ids", "'blue' (id 1), 'red' (id 2), 'green' (id 7)");
    }

    @Test
    void equalNamesAreToldApartByTheirIds() {
        List<Category> twins = List.of(new Category(1, "cell"), new Category(2, "cell"), BLUE);
        assertThat(ClassMatch.of(twins, dataset(twins.toArray(Category[]::new))).categories())
                .isEqualTo(twins);
        assertThat(ClassMatch.of(twins, dataset(twins.get(1))).categories())
                .isEqualTo(Arrays.asList(null, twins.get(1), null));
        // Neither of the two is it for sure, and one of the two is not the model's only cell.
        assertThatThrownBy(() -> ClassMatch.of(twins, dataset(new Category(5, "cell"))))
                .isInstanceOf(DetectorException.class);
        Category one = new Category(9, "cell");
        assertThatThrownBy(() -> ClassMatch.of(List.of(one), dataset(twins.get(0), twins.get(1))))
                .isInstanceOf(DetectorException.class);
    }

    @Test
    void unknownClassesAreRefusedOnlyWithBoxes() {
        Category pink = new Category(2, "pink");
        assertThatThrownBy(() -> ClassMatch.of(CLASSES, dataset(2, RED, pink)))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("val.json has 1 boxes of 1 classes that the detector does not know")
                .hasMessageContaining("'pink' (id 2). It knows 'red' (id 1), 'green' (id 2), 'blue' (id 3). Give");
        ClassMatch match = ClassMatch.of(CLASSES, dataset(1, RED, pink));
        assertThat(match.categories()).isEqualTo(Arrays.asList(RED, null, null));
        assertThat(match.notices())
                .anyMatch(notice -> notice.contains("1 categories without a box") && notice.contains("pink"));
    }

    @Test
    void eightyClassesMakeAShortMessage() {
        List<Category> eighty = IntStream.range(0, 80)
                .mapToObj(i -> new Category(i, "class number " + i))
                .toList();
        Category[] others = IntStream.range(0, 80)
                .mapToObj(i -> new Category(i, "klasse nummer " + i))
                .toArray(Category[]::new);
        Throwable error = catchThrowable(() -> ClassMatch.of(eighty, dataset(others)));
        assertThat(error.getMessage()).contains("and 75 more").hasSizeLessThan(600);
        assertThat(ClassMatch.difference("the teacher", eighty, "the data set", List.of(others)))
                .contains(
                        "only the teacher has 'class number 0' (id 0)", "only the data set has 'klasse", "and 75 more")
                .hasSizeLessThan(600);
    }
}
