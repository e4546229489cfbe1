package dev.retort.detection.model;

import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** What a {@link DetectionModel} says about one batch of N images. Its tensors belong to the caller's scope. */
public interface Predictions {
    /** The feature pyramid: [N, H_l, W_l, C] for each level, finest first. */
    List<Tensor> features();

    /**
     * The losses to minimize, scalars by name; their sum is what training descends. Moves {@link DetectionModel#trainingState}.
     *
     * @param truth of each image
     */
    Map<String, Tensor> losses(List<GroundTruth> truth);

    /**
     * The detections of each image, best first, boxes in pixels of the batch; they may reach beyond the image.
     *
     * @param sizes of the images without padding
     * @throws ArithmeticException if a score or a box is not a number: training had diverged
     */
    List<Detections> detections(List<ImageSize> sizes);
}
