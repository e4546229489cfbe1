package dev.retort.serve.detect;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.RecipeBatches;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds objects in the images of requests: decoding and resizing on the request's thread, the network on a worker's. Without batches, an
 * image's detections have the bits that {@link dev.retort.detection.Detector#detect} alone gives.
 */
public final class Detection implements AutoCloseable {
    private final WorkQueue queue;
    private final long maxPixels;
    private final Measurements measurements;
    private final List<Thread> workers = new ArrayList<>();
    /** Decoding takes a processor whole: more at once would take more memory, and no less time. */
    private final Semaphore decoders = new Semaphore(Runtime.getRuntime().availableProcessors(), true);

    /**
     * Starts the workers.
     *
     * @param limits how much may be computed and wait at once
     * @param measurements is told what is done
     */
    public Detection(DetectionLimits limits, Measurements measurements) {
        this.queue = new WorkQueue(limits.queue(), limits.maxBatch(), limits.maxWaitMillis());
        this.maxPixels = limits.maxPixels();
        this.measurements = measurements;
        for (int i = 0; i < limits.workers(); i++) {
            Thread thread = new Thread(new Worker(queue, measurements), "retort-worker-" + i);
            thread.setDaemon(true);
            thread.start();
            workers.add(thread);
        }
    }

    /** Images that were accepted and are not being computed yet. */
    public int waiting() {
        return queue.places();
    }

    /**
     * Finds objects in the images of a request, all or none.
     *
     * @param memory the request's share, from which decoded images are taken
     * @return one for each image, in their order
     * @throws ServiceException naming the first image that cannot be used; or if the service is busy, or the deadline passes
     */
    public List<Found> detect(
            ServedModel model, List<ImageInput> images, Deadline deadline, MemoryBudget.Share memory) {
        queue.reserve(images.size());
        LoadedModel held = model.retain();
        List<ImageWork> works = new ArrayList<>();
        List<RgbImage> decoded = new ArrayList<>();
        try {
            for (ImageInput image : images) {
                StageTimes times = new StageTimes();
                RgbImage pixels = decode(image, deadline, memory, times);
                decoded.add(pixels);
                ImageWork work = resize(held, image.name(), pixels, deadline, times);
                works.add(work);
                held.retain();
                queue.put(work);
            }
            List<Found> found = new ArrayList<>();
            for (int i = 0; i < works.size(); i++) {
                ImageWork work = works.get(i);
                found.add(new Found(images.get(i).name(), decoded.get(i), await(work, deadline), work.times()));
            }
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceException(FailureKind.STOPPING, "The service is ending", e);
        } finally {
            queue.giveBack(images.size() - works.size());
            works.forEach(work -> work.found().cancel(false));
            held.release();
        }
    }

    private RgbImage decode(ImageInput image, Deadline deadline, MemoryBudget.Share memory, StageTimes times)
            throws InterruptedException {
        memory.take(image.bytesToDecode(maxPixels), "Image " + image.name());
        if (!decoders.tryAcquire(deadline.nanosLeft(), TimeUnit.NANOSECONDS)) {
            throw deadline.exceeded();
        }
        try {
            long start = System.nanoTime();
            RgbImage pixels = image.decode(maxPixels);
            note(times, Stage.DECODE, start);
            return pixels;
        } finally {
            decoders.release();
        }
    }

    private ImageWork resize(LoadedModel model, String name, RgbImage pixels, Deadline deadline, StageTimes times) {
        long start = System.nanoTime();
        ImageInfo info = new ImageInfo(0, name, pixels.width(), pixels.height());
        Sample sample = RecipeBatches.sample(model.detector().recipe(), info, pixels);
        note(times, Stage.RESIZE, start);
        return new ImageWork(model, sample, deadline, times);
    }

    private void note(StageTimes times, Stage stage, long start) {
        long nanos = System.nanoTime() - start;
        times.put(stage, nanos);
        measurements.stage(stage, nanos);
    }

    private static List<DetectedObject> await(ImageWork work, Deadline deadline) throws InterruptedException {
        try {
            return work.found().get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw deadline.exceeded();
        } catch (ExecutionException e) {
            throw Failures.told(e.getCause());
        }
    }

    /** Waits until what was accepted is computed, and ends the workers. */
    @Override
    public void close() {
        queue.close();
        try {
            for (Thread worker : workers) {
                worker.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
