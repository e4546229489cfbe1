package dev.retort.serve.http;

import java.util.Optional;

/**
 * Where the service listens and what it takes.
 *
 * @param host name or address of an interface
 * @param port 0 for any that is free
 * @param maxBody bytes of a request's body
 * @param idleMillis how long nothing may come and go on a connection whose request is not being worked on
 * @param bodyMillis how long a body may take to arrive
 * @param deadlineMillis how long a request may take once it has arrived
 * @param threads requests that may be worked on or wait for a worker at once
 * @param token what callers must send; empty if anybody may call
 */
public record HttpSettings(
        String host,
        int port,
        int maxBody,
        long idleMillis,
        long bodyMillis,
        long deadlineMillis,
        int threads,
        Optional<Token> token) {
    public HttpSettings {
        require(port >= 0 && port <= 65535, "port", port, "from 0 to 65535");
        require(maxBody >= 1, "max-body", maxBody, "1 or more");
        require(deadlineMillis >= 1, "deadline", deadlineMillis, "1 or more");
    }

    private static void require(boolean holds, String name, long value, String range) {
        if (!holds) {
            throw new IllegalArgumentException("--" + name + " must be " + range + ", not " + value);
        }
    }
}
