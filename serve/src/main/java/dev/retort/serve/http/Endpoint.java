package dev.retort.serve.http;

import java.io.IOException;

/** Answers the requests of a route; may take its time. */
@FunctionalInterface
public interface Endpoint {
    /**
     * The answer.
     *
     * @throws dev.retort.serve.detect.ServiceException if there is none; its message is for the caller
     */
    Answer answer(Call call) throws IOException;
}
