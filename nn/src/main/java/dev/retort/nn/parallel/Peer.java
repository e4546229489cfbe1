package dev.retort.nn.parallel;

import java.io.Serializable;

/**
 * One of the ranks that compute in step.
 *
 * @param rank its number, from 0
 * @param host where it runs, for messages
 */
public record Peer(int rank, String host) implements Serializable {
    @Override
    public String toString() {
        return "rank " + rank + " on " + host;
    }
}
