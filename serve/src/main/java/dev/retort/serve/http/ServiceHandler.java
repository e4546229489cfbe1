package dev.retort.serve.http;

import dev.retort.serve.detect.Deadline;
import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.Failures;
import dev.retort.serve.detect.MemoryBudget;
import dev.retort.serve.detect.ServiceException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Every request's way: route, token, body, endpoint, answer. Whatever fails becomes an answer in words. */
final class ServiceHandler extends Handler.Abstract {
    private final HttpSettings settings;
    private final Router router;
    private final Bodies bodies;
    private final MemoryBudget memory;
    private final Drain drain;
    private final HttpMeasurements measurements;

    ServiceHandler(
            HttpSettings settings, Router router, MemoryBudget memory, Drain drain, HttpMeasurements measurements) {
        this.settings = settings;
        this.router = router;
        this.bodies = new Bodies(settings.maxBody(), settings.bodyMillis());
        this.memory = memory;
        this.drain = drain;
        this.measurements = measurements;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Exchange exchange = new Exchange(request, response, callback);
        Request.addCompletionListener(request, failure -> drain.leave());
        // A request that waits for a worker is not idle: its deadline ends it.
        request.addIdleTimeoutListener(timeout -> false);
        boolean accepted = drain.enter();
        MemoryBudget.Share share = memory.open();
        try {
            Router.Match match = router.find(request.getMethod(), Request.getPathInContext(request));
            exchange.route = match.route().template();
            if (!match.route().open()) {
                admit(request, accepted);
            }
            if (!match.route().takesBody()) {
                run(exchange, match, new byte[0], share);
                return true;
            }
            bodies.read(request, share)
                    .whenCompleteAsync(
                            (body, failure) -> {
                                if (failure == null) {
                                    run(exchange, match, body, share);
                                } else {
                                    Throwable cause =
                                            failure instanceof CompletionException ? failure.getCause() : failure;
                                    end(exchange, failed(exchange, bodies.told(cause)), share);
                                }
                            },
                            getServer().getThreadPool());
        } catch (RuntimeException | Error e) {
            Answer answer = failed(exchange, Failures.told(e));
            // A body that is not read would be taken for the next request.
            end(exchange, request.getLength() == 0 ? answer : answer.with("Connection", "close"), share);
        }
        return true;
    }

    private void admit(Request request, boolean accepted) {
        if (!accepted) {
            throw new ServiceException(FailureKind.STOPPING, "The service is ending: ask another one, or later");
        }
        String authorization = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        settings.token().ifPresent(token -> token.check(authorization == null ? "" : authorization));
    }

    private void run(Exchange exchange, Router.Match match, byte[] body, MemoryBudget.Share share) {
        Answer answer;
        try {
            Call call = new Call(
                    match.path(),
                    query(exchange.request),
                    exchange.request.getHeaders(),
                    body,
                    Deadline.in(settings.deadlineMillis()),
                    share);
            answer = match.route().endpoint().answer(call);
        } catch (Exception | Error e) {
            answer = failed(exchange, Failures.told(e));
        }
        end(exchange, answer, share);
    }

    private static Query query(Request request) {
        try {
            return Query.of(Request.extractQueryParameters(request));
        } catch (RuntimeException e) {
            throw new ServiceException(
                    FailureKind.REQUEST, "The query cannot be read: it is not UTF-8 in percent encoding", e);
        }
    }

    private Answer failed(Exchange exchange, ServiceException failure) {
        measurements.failure(failure.kind());
        Answer answer = Answer.failure(failure);
        return failure.kind() == FailureKind.METHOD
                ? answer.with("Allow", router.allowed(Request.getPathInContext(exchange.request)))
                : answer;
    }

    private void end(Exchange exchange, Answer answer, MemoryBudget.Share share) {
        share.close();
        measurements.request(exchange.route, answer.status(), System.nanoTime() - exchange.start);
        exchange.send(answer);
    }

    /** A request and where its answer goes. */
    private static final class Exchange {
        private final Request request;
        private final Response response;
        private final Callback callback;
        private final long start = System.nanoTime();
        private String route = HttpMeasurements.NO_ROUTE;

        Exchange(Request request, Response response, Callback callback) {
            this.request = request;
            this.response = response;
            this.callback = callback;
        }

        void send(Answer answer) {
            response.setStatus(answer.status());
            HttpFields.Mutable headers = response.getHeaders();
            headers.put(HttpHeader.CONTENT_TYPE, answer.type());
            headers.put(HttpHeader.CONTENT_LENGTH, answer.body().length);
            headers.put(HttpHeader.CACHE_CONTROL, "no-store");
            headers.put("X-Content-Type-Options", "nosniff");
            answer.headers().forEach(headers::put);
            response.write(true, ByteBuffer.wrap(answer.body()), callback);
        }
    }
}
