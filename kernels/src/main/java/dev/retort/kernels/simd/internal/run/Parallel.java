package dev.retort.kernels.simd.internal.run;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed pool of daemon threads that runs loops over index ranges. The calling thread works too, so a pool of one thread
 * starts none. A thread without work looks for the next loop for some tens of microseconds, because waking it takes as long, and is
 * then parked. A call from inside a body runs inline on its own thread.
 *
 * <p>Bodies must write disjoint outputs and may not depend on how the range was cut: then results have the same bits with any
 * number of threads.
 */
public final class Parallel {
    /** Work on the half-open index range [from, to). */
    @FunctionalInterface
    public interface Body {
        void run(int from, int to);
    }

    /** System property that sets the number of threads of {@link #shared()}; the environment's RETORT_THREADS is next. */
    public static final String THREADS_PROPERTY = "retort.threads";

    /** Elementary operations (about a nanosecond's work for eight) below which a chunk is not worth handing over. */
    public static final long WORTH = 1L << 18;

    private static final String THREADS_ENVIRONMENT = "RETORT_THREADS";
    private static final int SPINS_BEFORE_PARK = 8000;
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> Boolean.FALSE);

    private static Parallel shared;

    private final int threads;
    private final LinkedBlockingQueue<Job> queue = new LinkedBlockingQueue<>();
    private boolean started;

    /**
     * A pool of {@code threads} threads, the caller's included. Threads start at the first loop that needs them.
     *
     * @throws IllegalArgumentException if {@code threads} is below 1
     */
    public Parallel(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("A pool needs at least 1 thread, not " + threads);
        }
        this.threads = threads;
    }

    /**
     * The process-wide pool. Its size is the property {@value #THREADS_PROPERTY}, else the environment variable
     * RETORT_THREADS, else the number of processors.
     *
     * @throws IllegalArgumentException if the setting is not a positive integer
     */
    public static synchronized Parallel shared() {
        if (shared == null) {
            shared = new Parallel(configuredThreads());
        }
        return shared;
    }

    private static int configuredThreads() {
        String setting = System.getProperty(THREADS_PROPERTY, System.getenv(THREADS_ENVIRONMENT));
        if (setting == null || setting.isBlank()) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int threads = Integer.parseInt(setting.trim());
            if (threads > 0) {
                return threads;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(threadsMessage(setting), notANumber);
        }
        throw new IllegalArgumentException(threadsMessage(setting));
    }

    private static String threadsMessage(String setting) {
        return "The number of threads (property " + THREADS_PROPERTY + " or environment " + THREADS_ENVIRONMENT
                + ") must be a positive integer, not '" + setting + "'";
    }

    /** Number of threads that may work at once, the caller's included. */
    public int threads() {
        return threads;
    }

    /**
     * Runs {@code body} over [0, n) in chunks of {@code grain} indices and returns when all are done. A range of one chunk, a
     * pool of one thread and a nested call run on the caller, as one call over the whole range.
     *
     * @throws RuntimeException or Error: the first one thrown by a body; chunks not yet begun are then skipped
     */
    public void forRange(int n, int grain, Body body) {
        if (n <= 0) {
            return;
        }
        int chunk = Math.max(1, grain);
        int chunks = (int) (((long) n + chunk - 1) / chunk);
        if (threads == 1 || chunks == 1 || INSIDE.get()) {
            body.run(0, n);
            return;
        }
        start();
        Job job = new Job(n, chunk, chunks, body, Thread.currentThread());
        int helpers = Math.min(threads - 1, chunks - 1);
        for (int i = 0; i < helpers; i++) {
            queue.add(job);
        }
        job.work();
        job.await();
    }

    private synchronized void start() {
        if (started) {
            return;
        }
        started = true;
        for (int i = 1; i < threads; i++) {
            Thread worker = new Thread(this::serve, "retort-simd-" + i);
            worker.setDaemon(true);
            worker.start();
        }
    }

    private void serve() {
        try {
            while (true) {
                nextJob().work();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Job nextJob() throws InterruptedException {
        for (int spin = 0; spin < SPINS_BEFORE_PARK; spin++) {
            Job job = queue.poll();
            if (job != null) {
                return job;
            }
            Thread.onSpinWait();
        }
        return queue.take();
    }

    /** One loop: chunks are claimed in order, and the last one to finish wakes the caller. */
    private static final class Job {
        private final int n;
        private final int chunk;
        private final int chunks;
        private final Body body;
        private final Thread caller;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Job(int n, int chunk, int chunks, Body body, Thread caller) {
            this.n = n;
            this.chunk = chunk;
            this.chunks = chunks;
            this.body = body;
            this.caller = caller;
        }

        void work() {
            INSIDE.set(Boolean.TRUE);
            try {
                for (int i = next.getAndIncrement(); i < chunks; i = next.getAndIncrement()) {
                    runChunk(i);
                }
            } finally {
                INSIDE.set(Boolean.FALSE);
            }
        }

        private void runChunk(int index) {
            try {
                if (failure.get() == null) {
                    int from = index * chunk;
                    body.run(from, Math.min(n - from, chunk) + from);
                }
            } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
            } finally {
                if (done.incrementAndGet() == chunks) {
                    LockSupport.unpark(caller);
                }
            }
        }

        void await() {
            for (int spin = 0; spin < SPINS_BEFORE_PARK && done.get() < chunks; spin++) {
                Thread.onSpinWait();
            }
            while (done.get() < chunks) {
                LockSupport.park(this);
            }
            Throwable thrown = failure.get();
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }
}
