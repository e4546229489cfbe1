package dev.retort.serve.http;

import java.nio.ByteBuffer;
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
        measurements.malformed();
        int status = response.getStatus();
        Object reason = request.getAttribute(ERROR_MESSAGE);
        String words = reason == null ? HttpStatus.getMessage(status) : reason.toString();
        Answer answer = Answer.failure(status, "The request is refused: " + words);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
        return true;
    }
}
