/**
 * What a detector is to training, distillation and inference: {@link dev.retort.detection.model.DetectionModel} and its {@link
 * dev.retort.detection.model.Predictions}. Each kind has a package of its own and a {@link
 * dev.retort.detection.model.DetectionModelProvider}.
 */
package dev.retort.detection.model;
