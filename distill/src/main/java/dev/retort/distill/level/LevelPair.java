package dev.retort.distill.level;

import dev.retort.distill.DistillationException;
import dev.retort.tensor.Tensor;

/**
 * One level of both pyramids.
 *
 * @param level its name, such as p3
 * @param student [N, h, w, C'], on the tape
 * @param teacher [N, H, W, C], a constant
 */
public record LevelPair(String level, Tensor student, Tensor teacher) {
    /**
     * This pair, for methods that compare cell with cell.
     *
     * @param method its name in recipes, for the message
     * @throws DistillationException if the maps differ in height or width
     */
    public LevelPair requireSameSize(String method) {
        if (student.dim(1) != teacher.dim(1) || student.dim(2) != teacher.dim(2)) {
            throw new DistillationException(method + " compares cell with cell, but " + level + " has "
                    + student.dim(1) + "x" + student.dim(2) + " cells in the student and " + teacher.dim(1) + "x"
                    + teacher.dim(2) + " in the teacher: take detectors whose levels have the same strides");
        }
        return this;
    }
}
