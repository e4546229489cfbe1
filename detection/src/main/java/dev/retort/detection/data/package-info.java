/**
 * Data sets, images and annotations: reading, checking, transforms and batches. Begin with {@link dev.retort.detection.data.CocoDataset}.
 * What is wrong with data is a {@link dev.retort.detection.data.DataException}.
 */
package dev.retort.detection.data;
