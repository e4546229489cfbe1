package dev.retort.serve.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What the server says of requests that it refuses by itself: of headers that are too large or make no sense. Words, as everywhere. */
final class JsonErrors extends ErrorHandler {
    private final HttpMeasurements measurements;

    JsonErrors(HttpMeasurements measurements) {
        this.measurements = measurements;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        ByteBuffer body = body(status, "", response.getHeaders());
        response.write(true, body, callback);
        return true;
    }

    private ByteBuffer body(int status, String reason, HttpFields.Mutable headers) {
        measurements.malformed();
        String message = reason.isBlank() ? HttpStatus.getMessage(status) : reason;
        headers.put(HttpHeader.CONTENT_TYPE, Answer.JSON);
        return ByteBuffer.wrap(
                Answer.failure(status, "The request is refused: " + message).body());
    }
}
