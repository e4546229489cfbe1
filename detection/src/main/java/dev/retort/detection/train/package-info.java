/**
 * Training of detectors: {@link dev.retort.detection.train.Trainer} takes steps, {@link dev.retort.detection.train.TrainingRun} takes
 * them to the end in a folder, {@link dev.retort.detection.train.TrainingObjective} is what a detector learns besides its own losses.
 */
package dev.retort.detection.train;
