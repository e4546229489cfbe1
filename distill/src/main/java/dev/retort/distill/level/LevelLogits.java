package dev.retort.distill.level;

import dev.retort.detection.ClassMatch;
import dev.retort.detection.data.Category;
import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.Predictions;
import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
import dev.retort.distill.DistillationProvider;
import java.util.List;

/** Class logits of compared levels in place of their maps. */
public final class LevelLogits {
    private LevelLogits() {}

    /**
     * Refuses a teacher of other classes, when the method is made.
     *
     * @param method its name in recipes, for the message
     */
    public static void requireSameClasses(String method, DistillationProvider.Context context) {
        List<Category> given = context.teacher().categories();
        List<Category> own = context.student().categories();
        if (!given.equals(own)) {
            throw new DistillationException(method + " compares class with class, but the teacher's classes are not the"
                    + " student's: " + ClassMatch.difference("the teacher", given, "the student", own)
                    + ". Train a teacher on this data set first");
        }
    }

    /**
     * Both networks' logits, [N, R_l, K] a level.
     *
     * @throws DistillationException if a detector has none, or they are not of as many places
     */
    public static List<LevelPair> pairs(String method, Distillation.Step step, ComparedLevels levels) {
        DensePredictions student = dense(method, step.student());
        DensePredictions teacher = dense(method, step.teacher());
        return levels.names().stream()
                .map(level -> new LevelPair(
                        level,
                        student.logits().get(levels.studentIndex(level)),
                        teacher.logits().get(levels.teacherIndex(level))))
                .map(pair -> requireSameShape(method, pair))
                .toList();
    }

    private static DensePredictions dense(String method, Predictions predictions) {
        if (predictions instanceof DensePredictions dense) {
            return dense;
        }
        throw new DistillationException(
                method + " compares class scores at fixed places of levels, as RetinaNet and FCOS"
                        + " have them: set model.kind to one of these, or take another method");
    }

    private static LevelPair requireSameShape(String method, LevelPair pair) {
        if (!pair.student().shape().equals(pair.teacher().shape())) {
            throw new DistillationException(method + " compares class scores place by place, but in " + pair.level()
                    + " the student has " + pair.student().shape() + " and the teacher "
                    + pair.teacher().shape() + ": give both the same model.kind and anchors");
        }
        return pair;
    }
}
