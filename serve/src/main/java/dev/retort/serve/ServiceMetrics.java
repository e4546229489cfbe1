package dev.retort.serve;

import dev.retort.serve.detect.Detection;
import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.Measurements;
import dev.retort.serve.detect.MemoryBudget;
import dev.retort.serve.detect.Stage;
import dev.retort.serve.http.HttpMeasurements;
import dev.retort.tensor.Backend;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** What a service did, for Prometheus. */
final class ServiceMetrics implements Measurements, HttpMeasurements {
    private static final String MALFORMED = "malformed";

    private static final Duration[] TIMES = IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private static final double[] BATCHES = {1, 2, 4, 8, 16, 32, 64};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Stage, Timer> stages = new EnumMap<>(Stage.class);
    private final Map<FailureKind, Counter> failures = new EnumMap<>(FailureKind.class);
    private final Counter malformed;
    private final DistributionSummary batches;

    ServiceMetrics() {
        for (Stage stage : Stage.values()) {
            stages.put(
                    stage,
                    Timer.builder("retort.stage")
                            .description("How long a stage of an image took")
                            .tag("stage", stage.label())
                            .serviceLevelObjectives(TIMES)
                            .register(registry));
        }
        for (FailureKind kind : FailureKind.values()) {
            failures.put(kind, failures(kind.label()));
        }
        malformed = failures(MALFORMED);
        batches = DistributionSummary.builder("retort.batch.images")
                .description("Images that were computed together")
                .serviceLevelObjectives(BATCHES)
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
    }

    private Counter failures(String kind) {
        return Counter.builder("retort.errors")
                .description("Requests that failed, by kind")
                .tag("kind", kind)
                .register(registry);
    }

    /** Shows what waits and what is held, from now on. */
    void watch(Detection detection, MemoryBudget memory, Backend backend) {
        Gauge.builder("retort.queue.images", detection, Detection::waiting)
                .description("Images that were accepted and are not being computed yet")
                .register(registry);
        Gauge.builder("retort.request.memory", memory, MemoryBudget::taken)
                .description("Bodies and decoded images of requests")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("retort.backend.memory", backend, b -> b.memory().liveBytes())
                .description("Memory of the backend: on a GPU the device's, else the heap's")
                .tag("state", "live")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("retort.backend.memory", backend, b -> b.memory().pooledBytes())
                .description("Memory of the backend: on a GPU the device's, else the heap's")
                .tag("state", "pooled")
                .baseUnit("bytes")
                .register(registry);
    }

    /** All of it as Prometheus reads it. */
    String text() {
        return registry.scrape();
    }

    @Override
    public void stage(Stage stage, long nanos) {
        stages.get(stage).record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void batch(int images) {
        batches.record(images);
    }

    @Override
    public void request(String route, int status, long nanos) {
        Timer.builder("retort.request")
                .description("Requests from their first byte to their answer")
                .tag("route", route)
                .tag("status", Integer.toString(status))
                .serviceLevelObjectives(TIMES)
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void failure(FailureKind kind) {
        failures.get(kind).increment();
    }

    @Override
    public void malformed() {
        malformed.increment();
    }
}
