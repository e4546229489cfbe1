package dev.retort.nn.parallel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Ranks that are threads of one JVM, one for each device. They read each other's arrays where they lie. */
public final class ThreadRanks {
    /**
     * How long a rank waits for another one unless told otherwise. A thread does not vanish silently, and rank 0 may evaluate for
     * hours while the others wait.
     */
    public static final Duration PATIENCE = Duration.ofHours(24);

    private ThreadRanks() {}

    /**
     * What one rank does.
     *
     * @param <E> what it may throw
     */
    @FunctionalInterface
    public interface Work<E extends Exception> {
        /** @param ranks closed afterwards by whoever runs this */
        void run(Communicator ranks) throws E;
    }

    /**
     * Does the same work in every rank: rank 0 on the calling thread, the others on threads of their own. A rank that throws ends
     * the exchanges of all others.
     *
     * @param size how many ranks
     * @param timeout how long a rank waits for another one, here also for its end
     * @throws PeerException if another rank than 0 failed; its cause is that rank's failure
     * @throws E what rank 0 threw
     */
    public static <E extends Exception> void run(int size, Duration timeout, Work<E> work) throws E {
        List<Communicator> ranks = open(size, timeout);
        Throwable[] failures = new Throwable[size];
        List<Thread> threads = new ArrayList<>();
        for (Communicator rank : ranks.subList(1, size)) {
            Thread thread = new Thread(() -> failures[rank.rank()] = failure(rank, work), "retort-rank-" + rank.rank());
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        failures[0] = failure(ranks.get(0), work);
        for (int rank = 1; rank < size; rank++) {
            if (!hasEnded(threads.get(rank - 1), timeout)) {
                failures[rank] = new PeerException(ranks.get(0).peer(rank), "has not ended");
            }
        }
        report(ranks.get(0), failures);
    }

    private static boolean hasEnded(Thread thread, Duration timeout) {
        try {
            thread.join(Math.max(1, timeout.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    /** What ended the work before its end; null if nothing did. */
    private static Throwable failure(Communicator rank, Work<?> work) {
        try {
            work.run(rank);
            return null;
        } catch (Exception | Error failure) {
            rank.abort(failure);
            return failure;
        } finally {
            rank.close();
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void report(Communicator ranks, Throwable[] failures) throws E {
        if (failures[0] instanceof Error error) {
            throw error;
        }
        if (failures[0] != null) {
            throw (E) failures[0];
        }
        for (int rank = 1; rank < failures.length; rank++) {
            if (failures[rank] instanceof PeerException told) {
                throw told;
            }
            if (failures[rank] != null) {
                throw new PeerException(ranks.peer(rank), PeerException.failed(failures[rank]), failures[rank]);
            }
        }
    }

    /**
     * Communicators for threads that the caller runs, in the order of ranks. Each is used by one thread, which closes it at its end,
     * and aborts it before if it fails.
     *
     * @param timeout how long a rank waits for another one
     */
    public static List<Communicator> open(int size, Duration timeout) {
        if (size < 1) {
            throw new IllegalArgumentException("There must be 1 rank or more, not " + size);
        }
        if (size == 1) {
            return List.of(Communicator.alone());
        }
        List<Peer> peers = IntStream.range(0, size)
                .mapToObj(rank -> new Peer(rank, "localhost"))
                .toList();
        Meeting meeting = new Meeting(peers, timeout);
        return peers.stream()
                .<Communicator>map(peer -> new ThreadRank(peer.rank(), peers, meeting))
                .toList();
    }
}
