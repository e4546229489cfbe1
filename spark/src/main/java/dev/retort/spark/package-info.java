/**
 * Retort on Apache Spark: {@link dev.retort.spark.RetortDetector} finds objects in the images of a DataFrame, {@link
 * dev.retort.spark.SparkCommand} has training in ranks, predictions and evaluation as commands.
 */
package dev.retort.spark;
