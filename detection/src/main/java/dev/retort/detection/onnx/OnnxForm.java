package dev.retort.detection.onnx;

import java.util.List;

/** How a detector is written as ONNX: its layers, and what becomes of their answer. */
public interface OnnxForm {
    /**
     * Adds the layers.
     *
     * @param images [N, 3, H, W] as the network takes them, H and W multiples of its {@code sizeDivisor}
     * @return what the head says of each level, finest first
     */
    List<OnnxLevel> levels(OnnxLayers layers, OnnxValue images);

    /**
     * Adds the nodes that rank a level's answers; asked for only where the graph suppresses boxes.
     *
     * @param number of the level, 0 for the finest
     * @param level as {@link #levels} gave it
     * @param images as {@link #levels} took them
     */
    OnnxCandidates candidates(int number, OnnxLevel level, OnnxValue images);

    /** The rules by which detections are chosen among the candidates. */
    OnnxSelection selection();
}
