package dev.retort.distill.icd;

import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.data.Batch;
import dev.retort.tensor.ShapeException;
import java.util.List;

/**
 * What the objective has to know of a batch.
 *
 * @param images sizes without padding, and real instances
 * @param draws random draws of each image, see {@link InstanceSampler}
 * @param paddedHeight common height of the padded batch, pixels
 * @param paddedWidth common width
 */
public record IcdBatch(List<GroundTruth> images, List<SlotDraws> draws, int paddedHeight, int paddedWidth) {
    public IcdBatch {
        if (images.isEmpty() || images.size() != draws.size()) {
            throw new ShapeException(
                    "A batch needs images and draws for each, got " + images.size() + " and " + draws.size());
        }
        images = List.copyOf(images);
        draws = List.copyOf(draws);
    }

    /** A batch of images with draws of a sampler at an iteration, keyed by the images' ids. */
    public static IcdBatch of(Batch batch, InstanceSampler sampler, long iteration) {
        List<GroundTruth> images = batch.groundTruth();
        List<SlotDraws> draws =
                images.stream().map(image -> sampler.draw(image, iteration)).toList();
        return new IcdBatch(images, draws, batch.height(), batch.width());
    }
}
