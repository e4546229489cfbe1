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

    /** The rank that this one could not go on without. */
    public Peer peer() {
        return peer;
    }
}
