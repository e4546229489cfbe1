package dev.retort.distill.fgd;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/**
 * The parts of focal and global distillation (FGD, arXiv 2111.11837, section 3) on one level, unweighted scalars. With the
 * attention A of {@link FgdAttention}, weights M of {@link FgdMasks}, and R(x) = x + context(x) of {@link FgdContexts}:
 *
 * <pre>{@code
 * foreground = sum (S - T)^2 A_cells(T) A_channels(T) M_foreground / N
 * background = sum (S - T)^2 A_cells(T) A_channels(T) M_background / N
 * attention  = (sum |A_cells(S) - A_cells(T)| + sum |A_channels(S) - A_channels(T)|) / N
 * relation   = sum (R_S(S) - R_T(T))^2 / N
 * }</pre>
 *
 * The first three are the paper's focal part (section 3.1), the last its global part (section 3.2). Sums are over images, cells and
 * channels, as in the released code: weights of attention and relation belong to a size of images.
 */
public final class FgdLoss {
    private FgdLoss() {}

    /**
     * The squared gap of each cell, weighted by the teacher's attention: [N, h, w, 1], to be given to {@link #focal}.
     *
     * @param student [N, h, w, C]
     * @param teacher [N, h, w, C], a constant
     * @param attention the teacher's
     */
    public static Tensor gaps(Tensor student, Tensor teacher, FgdAttention attention) {
        try (Scope scope = Scope.open()) {
            int images = teacher.dim(0);
            int channels = teacher.dim(3);
            Tensor squares = student.sub(teacher).square().reshape(images, -1, channels);
            Tensor overChannels = squares.matmul(attention.channels().reshape(images, channels, 1));
            return scope.keep(
                    overChannels.reshape(attention.cells().shape()).mul(attention.cells()));
        }
    }

    /**
     * Foreground or background.
     *
     * @param gaps [N, h, w, 1]
     * @param mask [N, h, w, 1], a constant
     */
    public static Tensor focal(Tensor gaps, Tensor mask) {
        try (Scope scope = Scope.open()) {
            return scope.keep(gaps.mul(mask).sum().div(gaps.dim(0)));
        }
    }

    /** How far the student looks elsewhere than the teacher. */
    public static Tensor attention(FgdAttention student, FgdAttention teacher) {
        try (Scope scope = Scope.open()) {
            Tensor cells = student.cells().sub(teacher.cells()).abs().sum();
            Tensor channels = student.channels().sub(teacher.channels()).abs().sum();
            return scope.keep(
                    cells.add(channels).div(teacher.cells().dim(0)));
        }
    }

    /**
     * How far the maps are apart once each has its context added.
     *
     * @param student [N, h, w, C]
     * @param teacher [N, h, w, C], a constant
     * @param studentContext [N, 1, 1, C]
     * @param teacherContext [N, 1, 1, C]
     */
    public static Tensor relation(Tensor student, Tensor teacher, Tensor studentContext, Tensor teacherContext) {
        try (Scope scope = Scope.open()) {
            Tensor difference = student.sub(teacher).add(studentContext.sub(teacherContext));
            return scope.keep(difference.square().sum().div(teacher.dim(0)));
        }
    }
}
