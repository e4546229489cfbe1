package dev.retort.bench.peer;

/** Provides {@link LibtorchPeer}. */
public final class LibtorchProvider implements PeerProvider {
    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public Peer start(int threads) {
        return LibtorchPeer.start(threads);
    }
}
