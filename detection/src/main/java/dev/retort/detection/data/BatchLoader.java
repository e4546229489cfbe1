package dev.retort.detection.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Hands out the batches of a source in order, prepared ahead by one background thread. The batches are the same ones,
 * bit for bit, that the source gives when asked directly. Used from one thread; close it to end the background thread.
 */
public final class BatchLoader implements AutoCloseable {
    private final BatchSource source;
    private final ExecutorService worker;
    private final Deque<Future<Batch>> ahead = new ArrayDeque<>();
    private long scheduled;

    /**
     * Starts preparing.
     *
     * @param first number of the first batch, so that a run resumes where it stopped
     * @param depth batches prepared ahead, at least 1
     */
    public BatchLoader(BatchSource source, long first, int depth) {
        if (depth < 1) {
            throw new IllegalArgumentException("A loader prepares at least one batch ahead, not " + depth);
        }
        this.source = source;
        this.scheduled = first;
        this.worker = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "retort-batches");
            thread.setDaemon(true);
            return thread;
        });
        for (int i = 0; i < depth; i++) {
            schedule();
        }
    }

    private void schedule() {
        if (scheduled < source.count()) {
            long iteration = scheduled++;
            ahead.add(worker.submit(() -> source.at(iteration)));
        }
    }

    /** Whether the source has another batch. */
    public boolean hasNext() {
        return !ahead.isEmpty();
    }

    /**
     * The next batch, waiting for it if need be.
     *
     * @throws DataException if one of its images cannot be used
     * @throws OutOfMemoryError if there was no memory for it
     */
    public Batch next() {
        if (!hasNext()) {
            throw new NoSuchElementException("The source has no batch after its " + source.count());
        }
        Future<Batch> first = ahead.remove();
        schedule();
        try {
            return first.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException("Preparing a batch failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a batch", e);
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
        ahead.clear();
    }
}
