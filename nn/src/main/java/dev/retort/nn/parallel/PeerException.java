package dev.retort.nn.parallel;

/** Another rank failed, left, is silent, or asks for something else, so that this one cannot go on. The message names it. */
public class PeerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Peer peer;

    /**
     * @param peer whose fault it is
     * @param what it did, behind its name: {@code has left}
     */
    public PeerException(Peer peer, String what) {
        this(peer, what, null);
    }

    /** @param cause that rank's own failure, where it is known */
    public PeerException(Peer peer, String what, Throwable cause) {
        super("Rank " + peer.rank() + " on " + peer.host() + " " + what, cause);
        this.peer = peer;
    }

    /** What a rank did that threw this, to be put behind its name. */
    public static String failed(Throwable failure) {
        return "failed: " + reason(failure);
    }

    /** The message of a failure, or what it is where it has none. */
    public static String reason(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /**
     * What a rank did that makes another call than the others, to be put behind its name.
     *
     * @param call that rank's
     * @param other who makes the right one
     */
    public static String asksFor(String call, Peer other, String right) {
        return "asks for " + call + " where " + other + " asks for " + right
                + ": all ranks must run the same program on the same settings";
    }

    /** The rank that this one could not go on without. */
    public Peer peer() {
        return peer;
    }
}
