package dev.retort.cli.job;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes Ctrl-C, and any other request to the virtual machine to end, a wish that work can follow in its own time: the virtual
 * machine ends when this is closed, or after two minutes. Nothing that is printed after closing is sure to be seen.
 */
public final class Interruption implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::await, "retort-interruption");
    private volatile boolean requested;

    private Interruption() {}

    /** From now on until {@link #close}, the virtual machine waits. */
    public static Interruption open() {
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    /** Whether to stop. */
    public boolean requested() {
        return requested;
    }

    private void await() {
        requested = true;
        try {
            if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("\nretort: ended amid a step, which took more than " + PATIENCE_SECONDS
                        + " s; what was saved before is untouched");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ended.countDown();
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException endingAlready) {
                // A request just now: the hook finds the work ended.
            }
        }
    }
}
