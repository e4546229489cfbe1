package dev.retort.serve.http;

import dev.retort.serve.detect.FailureKind;

/** Is told of every request. Called by many threads. */
public interface HttpMeasurements {
    /** The route of requests that have none. */
    String NO_ROUTE = "none";

    /** A request was answered. */
    void request(String route, int status, long nanos);

    /** A request failed. */
    void failure(FailureKind kind);

    /** A request was so wrong that the server refused it by itself. */
    void malformed();
}
