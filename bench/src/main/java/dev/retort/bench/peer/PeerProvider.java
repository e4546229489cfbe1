package dev.retort.bench.peer;

import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Starts a peer that only a build with the Maven profile of its name has; found by {@link ServiceLoader}. */
public interface PeerProvider {
    /** The peer's name, as users type it; that of the profile too. */
    String name();

    /**
     * A new peer.
     *
     * @throws IllegalStateException if it cannot be had here; the message says why
     */
    Peer start(int threads);

    /**
     * Starts a peer by its name.
     *
     * @throws IllegalStateException if this build has none of the name; the message gives the command that builds it in
     */
    static Peer start(String name, int threads) {
        Iterator<PeerProvider> providers =
                ServiceLoader.load(PeerProvider.class).iterator();
        try {
            while (providers.hasNext()) {
                PeerProvider provider = providers.next();
                if (provider.name().equals(name)) {
                    return provider.start(threads);
                }
            }
        } catch (ServiceConfigurationError | NoClassDefFoundError leftOver) {
            // What an earlier build with the profile left behind is not a peer: its libraries are not here.
        }
        throw notBuiltIn(name);
    }

    /** The failure of a peer that this build lacks; the message gives the command that builds it in. */
    static IllegalStateException notBuiltIn(String name) {
        return new IllegalStateException("This build has no peer '" + name
                + "', only one with its Maven profile has: start it as RETORT_PROFILES=" + name
                + " ./retort bench --suite ... --against " + name);
    }
}
