package dev.retort.distill.level;

import dev.retort.detection.settings.Require;
import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
import dev.retort.distill.DistillationProvider;
import java.util.List;

/** The pyramid levels that a method compares: a setting {@code levels} and where they are in both pyramids. */
public final class ComparedLevels {
    /** The published pyramid's. */
    public static final List<String> ALL = List.of("p3", "p4", "p5", "p6", "p7");

    private final List<String> names;
    private final List<String> studentLevels;
    private final List<String> teacherLevels;

    private ComparedLevels(List<String> names, List<String> studentLevels, List<String> teacherLevels) {
        this.names = names;
        this.studentLevels = studentLevels;
        this.teacherLevels = teacherLevels;
    }

    /**
     * Finds levels in both pyramids.
     *
     * @param method its name in recipes, for the message
     * @throws DistillationException if one of them lacks a level
     */
    public static ComparedLevels of(String method, List<String> names, DistillationProvider.Context context) {
        List<String> student = context.student().network().levels();
        List<String> teacher = context.teacher().network().levels();
        for (String level : names) {
            if (!student.contains(level) || !teacher.contains(level)) {
                throw new DistillationException("distillation." + method + ".levels names " + level
                        + ", but the student has " + student + " and the teacher " + teacher);
            }
        }
        return new ComparedLevels(List.copyOf(names), student, teacher);
    }

    /** Refuses what is no list of different levels; for the settings' constructor. */
    public static void require(List<String> levels, String key) {
        Require.that(
                !levels.isEmpty() && levels.stream().distinct().count() == levels.size(),
                key,
                levels,
                "a list of different levels, such as [p3, p4]");
    }

    /** Their names, in the order of the setting. */
    public List<String> names() {
        return names;
    }

    /** The level's number in the student's predictions, from the finest, 0. */
    public int studentIndex(String level) {
        return studentLevels.indexOf(level);
    }

    /** The level's number in the teacher's predictions. */
    public int teacherIndex(String level) {
        return teacherLevels.indexOf(level);
    }

    /** The maps of a step. */
    public List<LevelPair> pairs(Distillation.Step step) {
        return names.stream()
                .map(level -> new LevelPair(
                        level,
                        step.student().features().get(studentIndex(level)),
                        step.teacher().features().get(teacherIndex(level))))
                .toList();
    }
}
