package dev.retort.serve.detect;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Images between their requests and the workers. A request takes places before it decodes anything, so that what waits is bounded; an
 * image leaves its place when a worker takes it.
 *
 * <p>A worker takes the oldest image, and with it others of its {@link ImageWork.Group}, up to a batch. It waits for them until the oldest
 * has waited its time.
 */
final class WorkQueue {
    private final int capacity;
    private final int maxBatch;
    private final long maxWaitNanos;
    private final Deque<ImageWork> waiting = new ArrayDeque<>();
    private int places;
    private boolean closed;

    /**
     * @param capacity places
     * @param maxBatch most images that a worker takes at once
     * @param maxWaitMillis how long the oldest image waits for others
     */
    WorkQueue(int capacity, int maxBatch, long maxWaitMillis) {
        this.capacity = capacity;
        this.maxBatch = maxBatch;
        this.maxWaitNanos = TimeUnit.MILLISECONDS.toNanos(maxWaitMillis);
    }

    /** Places that are taken. */
    synchronized int places() {
        return places;
    }

    /**
     * Takes places for the images of a request.
     *
     * @throws ServiceException if there are not so many now, or not at all
     */
    synchronized void reserve(int images) {
        if (images > capacity) {
            throw new ServiceException(
                    FailureKind.TOO_LARGE,
                    "A request may have at most " + capacity + " images (--queue), not " + images + ". Send several");
        }
        if (places + images > capacity) {
            throw new ServiceException(
                    FailureKind.BUSY,
                    "The service is busy: " + places + " images wait, and at most " + capacity
                            + " may (--queue). Try again later");
        }
        places += images;
    }

    /** Gives places back that no image will take. */
    synchronized void giveBack(int images) {
        places -= images;
    }

    /** Puts an image in its place, which was reserved. */
    synchronized void put(ImageWork work) {
        waiting.add(work);
        notifyAll();
    }

    /** Wakes the workers: once nothing waits any more, {@link #take} gives nothing. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** The next images to compute together; empty once the queue is closed and nothing waits. */
    synchronized List<ImageWork> take() throws InterruptedException {
        while (true) {
            dropAbandoned();
            if (waiting.isEmpty()) {
                if (closed) {
                    return List.of();
                }
                wait();
            } else {
                ImageWork oldest = waiting.peek();
                long left = oldest.made() + maxWaitNanos - System.nanoTime();
                if (closed || left <= 0 || count(oldest.group()) >= maxBatch) {
                    return remove(oldest.group());
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
    }

    private int count(ImageWork.Group group) {
        return (int) waiting.stream().filter(work -> work.group().equals(group)).count();
    }

    private List<ImageWork> remove(ImageWork.Group group) {
        List<ImageWork> batch = new ArrayList<>();
        Iterator<ImageWork> all = waiting.iterator();
        while (all.hasNext() && batch.size() < maxBatch) {
            ImageWork work = all.next();
            if (work.group().equals(group)) {
                batch.add(work);
                all.remove();
            }
        }
        places -= batch.size();
        return batch;
    }

    private void dropAbandoned() {
        Iterator<ImageWork> all = waiting.iterator();
        while (all.hasNext()) {
            ImageWork work = all.next();
            if (work.abandoned()) {
                all.remove();
                places--;
                work.model().release();
            }
        }
    }
}
