/**
 * Random changes of training images beyond resizing and mirroring, one file each. {@link
 * dev.retort.detection.data.DatasetBatches} runs them and gives each its own draws.
 */
package dev.retort.detection.data.augment;
