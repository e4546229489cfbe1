package dev.retort.nn.parallel;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Makes exchanges with other ranks one after another while the computing thread goes on, and brings back to that thread what is to be
 * computed with their results: neither a backend nor a {@link Communicator} has to serve two threads at once.
 */
final class Courier implements AutoCloseable {
    private final BlockingQueue<Runnable> back = new LinkedBlockingQueue<>();
    /** Where exchanges are made; null for the computing thread itself. */
    private final ExecutorService thread;

    /** Throws what an exchange has thrown: none is made after it. */
    private Runnable failed;

    private boolean finished;

    private Courier(ExecutorService thread) {
        this.thread = thread;
    }

    /** Makes exchanges on a thread of its own. */
    static Courier onThread(String name) {
        return new Courier(Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        }));
    }

    /** Makes each exchange where it is sent. */
    static Courier inPlace() {
        return new Courier(null);
    }

    /** From the computing thread: an exchange, to be made after those that were sent before. What it throws, {@link #work} throws. */
    void send(Runnable exchange) {
        if (thread == null) {
            exchange.run();
        } else {
            thread.execute(() -> tried(exchange));
        }
    }

    private void tried(Runnable exchange) {
        try {
            if (failed == null) {
                exchange.run();
            } else {
                bring(failed);
            }
        } catch (RuntimeException | Error failure) {
            failed = () -> {
                throw failure;
            };
            bring(failed);
        }
    }

    /** From an exchange: what the computing thread is to do with its result. */
    void bring(Runnable computation) {
        back.add(computation);
    }

    /** On the computing thread: does what was brought so far. */
    void work() {
        for (Runnable computation = back.poll(); computation != null; computation = back.poll()) {
            computation.run();
        }
    }

    /** On the computing thread: waits for all exchanges that were sent, and does what they bring. */
    void finish() {
        finished = false;
        send(() -> bring(() -> finished = true));
        try {
            while (!finished) {
                back.take().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while gradients were exchanged with other ranks", e);
        }
    }

    /** Gives up what is under way. */
    @Override
    public void close() {
        if (thread != null) {
            thread.shutdownNow();
        }
    }
}
