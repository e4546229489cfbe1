package dev.retort.distill.icd;

import dev.retort.detection.box.GroundTruth;
import dev.retort.distill.region.PaddingMask;
import dev.retort.nn.SinePositionEmbedding;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * What attention over a flattened pyramid needs besides its features: S cells, the levels' rows one after the other.
 *
 * @param padding BOOL [N, S], true where a cell is padding
 * @param positions [N, S, C]: sine embedding of each cell's place in its level
 */
public record PyramidContext(Tensor padding, Tensor positions) {

    /**
     * @param channels C, even
     * @param levels [N, h, w, any], only their shapes are read
     */
    public static PyramidContext of(
            Backend backend,
            DType dtype,
            int channels,
            List<GroundTruth> images,
            int paddedHeight,
            int paddedWidth,
            List<Tensor> levels) {
        try (Scope scope = Scope.open()) {
            List<PaddingMask> masks = PaddingMask.of(images, paddedHeight, paddedWidth, levels);
            SinePositionEmbedding embedding = new SinePositionEmbedding(channels / 2);
            Tensor[] parts = masks.stream()
                    .map(mask -> embedding
                            .embed(backend, dtype, mask.padding(), images.size(), mask.height(), mask.width())
                            .reshape(images.size(), mask.height() * mask.width(), channels))
                    .toArray(Tensor[]::new);
            Tensor positions = scope.keep(backend.concat(1, parts));
            Tensor padding = scope.keep(backend.tensor(PaddingMask.join(masks), images.size(), positions.dim(1)));
            return new PyramidContext(padding, positions);
        }
    }

    /** Levels [N, h, w, C] as one sequence [N, S, C]. */
    public static Tensor flatten(List<Tensor> levels) {
        try (Scope scope = Scope.open()) {
            Tensor[] parts = new Tensor[levels.size()];
            for (int i = 0; i < parts.length; i++) {
                Tensor level = levels.get(i);
                parts[i] = level.reshape(level.dim(0), level.dim(1) * level.dim(2), level.dim(3));
            }
            return scope.keep(Backend.of(parts).concat(1, parts));
        }
    }

    /**
     * Checks that two pyramids have the same levels but for their width.
     *
     * @throws ShapeException naming the level
     */
    static void checkSameLevels(List<Tensor> student, List<Tensor> teacher) {
        if (student.isEmpty() || student.size() != teacher.size()) {
            throw new ShapeException("Distillation needs pyramids of as many levels, the student has " + student.size()
                    + " and the teacher " + teacher.size());
        }
        for (int i = 0; i < student.size(); i++) {
            Shape own = student.get(i).shape();
            Shape other = teacher.get(i).shape();
            if (own.rank() != 4
                    || other.rank() != 4
                    || !own.with(3, other.dim(3)).equals(other)) {
                throw new ShapeException("Level " + i + " of the student's pyramid has shape " + own
                        + ", the teacher's " + other + ": both must be [N, h, w, C] with the same N, h and w");
            }
        }
    }
}
