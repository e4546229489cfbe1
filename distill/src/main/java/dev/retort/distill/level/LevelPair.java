package dev.retort.distill.level;

import dev.retort.tensor.Tensor;

/**
 * One level of both pyramids.
 *
 * @param level its name, such as p3
 * @param student [N, h, w, C'], on the tape
 * @param teacher [N, H, W, C], a constant
 */
public record LevelPair(String level, Tensor student, Tensor teacher) {}
