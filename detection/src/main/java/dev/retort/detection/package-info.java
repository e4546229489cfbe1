/**
 * Detectors as programs use them: {@link dev.retort.detection.Detector} loads a model file and finds {@linkplain
 * dev.retort.detection.DetectedObject objects} in images; {@link dev.retort.detection.Evaluation} gives COCO's metrics of it.
 */
package dev.retort.detection;
