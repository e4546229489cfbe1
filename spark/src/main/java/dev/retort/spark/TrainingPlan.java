package dev.retort.spark;

import dev.retort.spark.tcp.JobSecret;
import java.io.Serializable;
import java.time.Duration;

/**
 * What every rank of a training is told.
 *
 * @param name of the progress line
 * @param recipe as YAML with all keys
 * @param data address of the data set
 * @param out address of the run's folder
 * @param device what ranks compute with; {@code auto} takes the GPU that Spark gave a task, if it gave one
 * @param resume whether to go on from what is in the folder; a stage that is tried again does so anyway
 * @param timeout how long a rank may be silent
 */
record TrainingPlan(
        String name,
        String recipe,
        String data,
        String out,
        int ranks,
        String device,
        long maxPixels,
        boolean resume,
        Duration timeout,
        JobSecret secret)
        implements Serializable {}
