package dev.retort.serve.http;

import java.util.concurrent.TimeUnit;

/** Counts the requests that are being answered, and lets them end before the service does. */
public final class Drain {
    private int open;
    private boolean ending;

    /** A request begins; false if the service is ending, and it should be told so. Either way {@link #leave} follows. */
    synchronized boolean enter() {
        open++;
        return !ending;
    }

    synchronized void leave() {
        open--;
        notifyAll();
    }

    /** Whether requests are taken. */
    public synchronized boolean accepts() {
        return !ending;
    }

    /** Takes no more requests from now on, and waits for those that there are; false if some took longer than that. */
    synchronized boolean end(long millis) throws InterruptedException {
        ending = true;
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long left = until - System.nanoTime();
        while (open > 0 && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = until - System.nanoTime();
        }
        return open == 0;
    }
}
