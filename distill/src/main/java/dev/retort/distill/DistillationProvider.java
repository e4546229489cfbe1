package dev.retort.distill;

import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.nn.BuildContext;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * A distillation method, found by {@link ServiceLoader}: a recipe names it in {@code distillation.methods}. A new method is a
 * package with one of these and a line in {@code META-INF/services}.
 *
 * @param <S> the method's settings: a record whose components are the keys of the section {@code distillation.NAME}
 */
public interface DistillationProvider<S extends Record> {
    /**
     * What a method is made for.
     *
     * @param recipe the student's
     * @param dataset the training split
     * @param iterations length of the run
     */
    record Context(Recipe recipe, CocoDataset dataset, Detector teacher, Detector student, long iterations) {
        /** Channels of the student's pyramid. */
        public int studentChannels() {
            return student.recipe().model().pyramidChannels();
        }

        /** Channels of the teacher's pyramid. */
        public int teacherChannels() {
            return teacher.recipe().model().pyramidChannels();
        }

        /** Where a method's own modules are built: on the student's backend, in its number type, with weights by the run's seed. */
        public BuildContext modules(String section) {
            return BuildContext.root(
                            student.backend(),
                            student.network().dtype(),
                            recipe.training().seed())
                    .at(section);
        }
    }

    /** The name in recipes: lower-case letters and digits. */
    String name();

    /** The settings with their defaults. A value out of range is refused by the record's constructor. */
    S defaults();

    /** Today's keys by that of older recipes which gave the value of each, all dotted. */
    default Map<String, List<String>> renamed() {
        return Map.of();
    }

    /**
     * Makes the method.
     *
     * @throws DistillationException if teacher, student or data do not fit it
     */
    Distillation create(Context context, S settings);

    /** The methods on the class path. */
    static List<DistillationProvider<?>> all() {
        return ServiceLoader.load(DistillationProvider.class, DistillationProvider.class.getClassLoader()).stream()
                .<DistillationProvider<?>>map(ServiceLoader.Provider::get)
                .toList();
    }
}
