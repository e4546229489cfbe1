package dev.retort.nn.parallel;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Where threads meet: each brings something, and goes on with what all brought once the last one is there. */
final class Meeting {
    private final List<Peer> peers;
    private final Duration timeout;
    private final String[] calls;
    private Object[] brought;
    private int arrived;
    /** Counts meetings that are over. */
    private long over;
    /** What was brought to the last meeting that is over. */
    private Object[] last;

    private Failure failure;

    /** Why there are no more meetings. */
    private record Failure(Peer peer, String what, Throwable cause) {
        PeerException exception() {
            return new PeerException(peer, what, cause);
        }
    }

    /** @param timeout how long a rank waits for the others */
    Meeting(List<Peer> peers, Duration timeout) {
        this.peers = peers;
        this.timeout = timeout;
        calls = new String[peers.size()];
        brought = new Object[peers.size()];
    }

    /**
     * Waits for all.
     *
     * @param call what this rank is here for: the same as the others
     * @return what each rank brought
     */
    synchronized Object[] meet(int rank, String call, Object own) {
        if (failure != null) {
            throw failure.exception();
        }
        calls[rank] = call;
        brought[rank] = own;
        arrived++;
        if (arrived == peers.size()) {
            end();
            return last;
        }
        long meeting = over;
        long deadline = System.nanoTime() + timeout.toNanos();
        while (over == meeting) {
            if (failure != null) {
                throw failure.exception();
            }
            await(deadline);
        }
        // The next meeting cannot end without this rank, so these are those of its own.
        return last;
    }

    private void end() {
        for (int rank = 1; rank < calls.length; rank++) {
            if (!calls[rank].equals(calls[0])) {
                fail(peers.get(rank), PeerException.asksFor(calls[rank], peers.get(0), calls[0]), null);
                throw failure.exception();
            }
        }
        last = brought;
        brought = new Object[peers.size()];
        arrived = 0;
        over++;
        notifyAll();
    }

    private void await(long deadline) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            int missing = 0;
            while (brought[missing] != null) {
                missing++;
            }
            fail(peers.get(missing), "has been silent for " + shown(timeout), null);
            return;
        }
        try {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for other ranks", e);
        }
    }

    private static String shown(Duration time) {
        return time.toSeconds() > 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    /** From now on nobody meets; the first reason counts. */
    synchronized void fail(Peer peer, String what, Throwable cause) {
        if (failure == null) {
            failure = new Failure(peer, what, cause);
            notifyAll();
        }
    }
}
