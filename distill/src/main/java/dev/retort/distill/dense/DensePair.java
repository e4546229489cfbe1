package dev.retort.distill.dense;

import dev.retort.detection.ClassMatch;
import dev.retort.detection.Detector;
import dev.retort.detection.model.DensePredictions;
import dev.retort.detection.model.Places;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.model.TowerHead;
import dev.retort.distill.Distillation;
import dev.retort.distill.DistillationException;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.level.ComparedLevels;
import dev.retort.distill.level.LevelPair;
import java.util.Arrays;
import java.util.List;

/**
 * What both networks say of one micro-batch at the same places and of the same classes.
 *
 * @param student on the tape
 * @param teacher constants
 */
public record DensePair(DensePredictions student, DensePredictions teacher) {
    /**
     * Refuses detectors that do not predict the same classes at places, when the method is made.
     *
     * @param method its name in recipes, for the message
     */
    public static void require(String method, DistillationProvider.Context context) {
        Detector student = context.student();
        Detector teacher = context.teacher();
        head(method, "student", student);
        head(method, "teacher", teacher);
        if (!teacher.categories().equals(student.categories())) {
            throw new DistillationException(method + " compares class with class, but the teacher's classes are not the"
                    + " student's: "
                    + ClassMatch.difference("the teacher", teacher.categories(), "the student", student.categories())
                    + ". Train a teacher on this data set first");
        }
    }

    /**
     * Refuses detectors whose towers have no map at a position or maps of other channels, when the method is made.
     *
     * @param position behind so many convolutions
     * @param advice ends the message where a tower is too short
     */
    public static void requireTowers(String method, DistillationProvider.Context context, int position, String advice) {
        TowerHead student = head(method, "student", context.student());
        TowerHead teacher = head(method, "teacher", context.teacher());
        if (position > Math.min(student.convolutions(), teacher.convolutions())) {
            throw new DistillationException(method + " reads the maps behind convolution " + position
                    + " of the head's towers, but the student's have " + student.convolutions() + " and the teacher's "
                    + teacher.convolutions() + ": set model.headConvolutions to " + position + " or more, or "
                    + advice);
        }
        if (student.channels() != teacher.channels()) {
            throw new DistillationException(method + " compares channel with channel, but the student's towers have "
                    + student.channels() + " and the teacher's " + teacher.channels()
                    + ": set model.pyramidChannels to " + teacher.channels());
        }
    }

    /**
     * A detector's head, whose towers can be looked into.
     *
     * @param who of the two, for the message
     * @throws DistillationException if the detector has no such head
     */
    public static TowerHead head(String method, String who, Detector detector) {
        if (detector.network().head() instanceof TowerHead head) {
            return head;
        }
        throw new DistillationException(method + " compares predictions at fixed places of levels, which the " + who
                + " of model.kind " + detector.recipe().model().kind()
                + " does not make: take retinanet or fcos for both");
    }

    /**
     * The predictions of a step.
     *
     * @throws DistillationException if they are not made at the same places
     */
    public static DensePair of(String method, Distillation.Step step) {
        DensePair pair = new DensePair(dense(method, step.student()), dense(method, step.teacher()));
        pair.requireSamePlaces(method);
        return pair;
    }

    /** Both networks' class logits, [N, R_l, K], in place of the maps of compared levels. */
    public List<LevelPair> logits(ComparedLevels levels) {
        return levels.names().stream()
                .map(level -> new LevelPair(
                        level,
                        student.logits().get(levels.studentIndex(level)),
                        teacher.logits().get(levels.teacherIndex(level))))
                .toList();
    }

    private static DensePredictions dense(String method, Predictions predictions) {
        if (predictions instanceof DensePredictions dense) {
            return dense;
        }
        throw new DistillationException(
                method + " compares predictions at fixed places of levels: take retinanet or fcos for both detectors");
    }

    private void requireSamePlaces(String method) {
        List<Places> own = student.places();
        List<Places> given = teacher.places();
        boolean same = own.size() == given.size();
        for (int level = 0; same && level < own.size(); level++) {
            same = own.get(level).perCell() == given.get(level).perCell()
                    && Arrays.equals(own.get(level).boxes(), given.get(level).boxes());
        }
        if (!same) {
            throw new DistillationException(
                    method + " compares place with place, but student and teacher do not predict"
                            + " at the same ones: give the student the teacher's model.kind and its anchors or points"
                            + " (retinanet: model.anchorSizes, model.anchorRule; fcos: model.variant)");
        }
    }
}
