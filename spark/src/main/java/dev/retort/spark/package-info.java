/**
 * Detection on Apache Spark: {@link dev.retort.spark.RetortDetector} finds objects in the images of a DataFrame. The model travels to each
 * executor once.
 */
package dev.retort.spark;
