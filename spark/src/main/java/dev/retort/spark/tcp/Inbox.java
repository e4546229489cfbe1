package dev.retort.spark.tcp;

import dev.retort.nn.parallel.Peer;
import dev.retort.nn.parallel.PeerException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;

/** What has come from each rank and was not taken yet, and the first failure, which ends all waiting. */
final class Inbox {
    private final List<Peer> peers;
    private final List<Queue<Frame>> arrived;
    private Failure failure;

    /** @param isOwn whether that rank said so itself */
    private record Failure(Peer peer, String what, boolean isOwn) {}

    Inbox(List<Peer> peers) {
        this.peers = peers;
        arrived = Stream.<Queue<Frame>>generate(ArrayDeque::new)
                .limit(peers.size())
                .toList();
    }

    synchronized void put(int rank, Frame frame) {
        arrived.get(rank).add(frame);
        notifyAll();
    }

    /** From now on every call ends with this; the first one counts. */
    synchronized void fail(int rank, String what) {
        fail(new Failure(peers.get(rank), what, false));
    }

    /** As {@link #fail}, of a rank that tells why: the exception has a cause. */
    synchronized void failedItself(int rank, String what) {
        fail(new Failure(peers.get(rank), what, true));
    }

    private void fail(Failure first) {
        if (failure == null) {
            failure = first;
            notifyAll();
        }
    }

    /** @throws PeerException if there was a failure */
    synchronized void check() {
        if (failure != null) {
            throw failure.isOwn
                    ? new PeerException(failure.peer, failure.what, new IllegalStateException(failure.what))
                    : new PeerException(failure.peer, failure.what);
        }
    }

    /**
     * Waits for a rank's part of a call.
     *
     * @param own this rank, for messages
     * @throws PeerException if a rank failed, this one left or asks for something else
     */
    synchronized byte[] take(int rank, String call, int own) {
        Queue<Frame> from = arrived.get(rank);
        // What had come before a failure elsewhere does not help: the call needs all ranks.
        check();
        while (from.isEmpty()) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for " + peers.get(rank), e);
            }
            check();
        }
        Frame frame = from.remove();
        if (frame.kind() == Frame.Kind.LEAVE) {
            fail(rank, "has left before the others were done");
        } else if (!frame.text().equals(call)) {
            fail(rank, PeerException.asksFor(frame.text(), peers.get(own), call));
        }
        check();
        return frame.bytes();
    }
}
