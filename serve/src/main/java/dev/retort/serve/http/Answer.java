package dev.retort.serve.http;

import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.ServiceException;
import java.util.HashMap;
import java.util.Map;

/**
 * What a request is answered.
 *
 * @param status of HTTP
 * @param type the body's content type
 * @param body its bytes
 * @param headers further headers by name
 */
public record Answer(int status, String type, byte[] body, Map<String, String> headers) {
    /** Content type of JSON. */
    public static final String JSON = "application/json";

    /** Seconds after which it is worth trying again. */
    private static final String LATER = "1";

    public Answer {
        headers = Map.copyOf(headers);
    }

    /** Status 200. */
    public static Answer of(String type, byte[] body) {
        return new Answer(200, type, body, Map.of());
    }

    /** Status 200, with a map, list or record as JSON. */
    public static Answer json(Object value) {
        return of(JSON, Json.bytes(value));
    }

    /** A failure in words. */
    public static Answer failure(ServiceException failure) {
        FailureKind kind = failure.kind();
        Answer answer = failure(kind.status(), failure.getMessage());
        return switch (kind) {
            case BUSY, DEVICE -> answer.with("Retry-After", LATER);
            case STOPPING -> answer.with("Retry-After", LATER).with("Connection", "close");
            case SLOW -> answer.with("Connection", "close");
            case TOKEN -> answer.with("WWW-Authenticate", "Bearer");
            default -> answer;
        };
    }

    static Answer failure(int status, String message) {
        return new Answer(status, JSON, Json.bytes(Map.of("error", message)), Map.of());
    }

    /** The same with one more header. */
    public Answer with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new Answer(status, type, body, more);
    }
}
