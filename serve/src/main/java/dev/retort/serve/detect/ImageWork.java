package dev.retort.serve.detect;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Sample;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An image that waits for a network, in the size that it sees. It holds its model until it is done. */
final class ImageWork {
    /** What can be computed together: images that one network sees at one size, each padded as it would be alone. */
    record Group(LoadedModel model, ImageSize size) {}

    private final LoadedModel model;
    private final Sample sample;
    private final Group group;
    private final Deadline deadline;
    private final StageTimes times;
    private final long made = System.nanoTime();
    private final CompletableFuture<List<DetectedObject>> found = new CompletableFuture<>();

    /** @param model held by the caller now, and by this from the moment that it is put into the queue */
    ImageWork(LoadedModel model, Sample sample, Deadline deadline, StageTimes times) {
        this.model = model;
        this.sample = sample;
        int divisor = model.detector().network().sizeDivisor();
        ImageSize seen = new ImageSize(sample.image().height(), sample.image().width());
        this.group = new Group(model, Batch.padded(seen, divisor));
        this.deadline = deadline;
        this.times = times;
    }

    LoadedModel model() {
        return model;
    }

    Sample sample() {
        return sample;
    }

    Group group() {
        return group;
    }

    StageTimes times() {
        return times;
    }

    /** When it was made, as {@link System#nanoTime} counts. */
    long made() {
        return made;
    }

    /** What is found, best first, all of it. */
    CompletableFuture<List<DetectedObject>> found() {
        return found;
    }

    /** Whether nobody waits for it any more. */
    boolean abandoned() {
        return found.isDone() || deadline.passed();
    }

    void done(List<DetectedObject> objects) {
        found.complete(objects);
    }

    void failed(Throwable cause) {
        found.completeExceptionally(cause);
    }
}
