package dev.retort.spark;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import scala.jdk.javaapi.CollectionConverters;

/** Tells on the driver's error stream how many steps were taken, as executors report it with their signs of life. */
final class StepProgress extends SparkListener implements AutoCloseable {
    private final SparkContext context;
    private final String name;
    private final long accumulator;
    private final AtomicLong told = new AtomicLong();

    private StepProgress(SparkContext context, String name, long accumulator) {
        this.context = context;
        this.name = name;
        this.accumulator = accumulator;
    }

    /** @param accumulator its id: steps of the task under way */
    static StepProgress show(SparkContext context, String name, long accumulator) {
        StepProgress progress = new StepProgress(context, name, accumulator);
        context.addSparkListener(progress);
        return progress;
    }

    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
        CollectionConverters.asJava(update.accumUpdates())
                .forEach(task -> CollectionConverters.asJava(task._4()).forEach(this::tell));
    }

    private void tell(AccumulableInfo info) {
        if (info.id() == accumulator && info.update().isDefined()) {
            long steps = ((Number) info.update().get()).longValue();
            if (told.getAndSet(steps) != steps) {
                System.err.println("retort: " + name + ", " + steps + " steps");
            }
        }
    }

    @Override
    public void close() {
        context.removeSparkListener(this);
    }
}
