package dev.retort.serve.detect;

import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.box.Detections;
import dev.retort.detection.data.Batch;
import java.util.List;

/** Runs networks on what the queue gives, until the queue is closed and empty. */
final class Worker implements Runnable {
    private static final DetectionOptions ALL = DetectionOptions.DEFAULT.withScoreThreshold(0);

    private final WorkQueue queue;
    private final Measurements measurements;

    Worker(WorkQueue queue, Measurements measurements) {
        this.queue = queue;
        this.measurements = measurements;
    }

    @Override
    public void run() {
        try {
            List<ImageWork> batch = queue.take();
            while (!batch.isEmpty()) {
                long now = System.nanoTime();
                batch.forEach(work -> note(work, Stage.QUEUE, now - work.made()));
                try {
                    compute(batch);
                } finally {
                    batch.forEach(work -> work.model().release());
                }
                batch = queue.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Together; and if that fails, each for itself, so that nobody pays for another's image. */
    private void compute(List<ImageWork> batch) {
        try {
            together(batch);
        } catch (RuntimeException | OutOfMemoryError e) {
            if (batch.size() == 1) {
                batch.get(0).failed(e);
            } else {
                batch.forEach(work -> compute(List.of(work)));
            }
        } catch (Error e) {
            // A missing class, a failed assertion: the request is told, and the worker goes on.
            batch.forEach(work -> work.failed(e));
        }
    }

    private void together(List<ImageWork> works) {
        Detector detector = works.get(0).model().detector();
        Batch batch = Batch.of(
                works.stream().map(ImageWork::sample).toList(),
                detector.network().sizeDivisor());
        long start = System.nanoTime();
        long[] computed = {start};
        List<Detections> found = detector.detect(batch, () -> {
            detector.backend().synchronize();
            computed[0] = System.nanoTime();
        });
        long end = System.nanoTime();
        measurements.batch(works.size());
        for (int n = 0; n < works.size(); n++) {
            ImageWork work = works.get(n);
            note(work, Stage.NETWORK, computed[0] - start);
            note(work, Stage.POSTPROCESS, end - computed[0]);
            work.done(detector.objects(found.get(n), ALL));
        }
    }

    private void note(ImageWork work, Stage stage, long nanos) {
        work.times().put(stage, nanos);
        measurements.stage(stage, nanos);
    }
}
