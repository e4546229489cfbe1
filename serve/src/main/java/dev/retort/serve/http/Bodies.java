package dev.retort.serve.http;

import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.MemoryBudget;
import dev.retort.serve.detect.ServiceException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Promise;

/** Reads the bodies of requests, bounded in size, time and memory; no thread waits meanwhile. */
final class Bodies {
    private final int most;
    private final long millis;

    /**
     * @param most bytes of a body
     * @param millis how long it may take
     */
    Bodies(int most, long millis) {
        this.most = most;
        this.millis = millis;
    }

    /** The body's bytes, or why there are none, which {@link #told} makes into words. */
    CompletableFuture<byte[]> read(Request request, MemoryBudget.Share memory) {
        long length = request.getLength();
        if (length > most) {
            throw tooLarge();
        }
        // Without a length it may become as long as is allowed.
        memory.take(length < 0 ? most : length, "The body");
        CompletableFuture<byte[]> body = new CompletableFuture<>();
        Content.Source.asByteArrayAsync(request, most, Promise.Invocable.toPromise(body));
        return body.orTimeout(millis, TimeUnit.MILLISECONDS);
    }

    private ServiceException tooLarge() {
        return new ServiceException(
                FailureKind.TOO_LARGE, "The body has more than " + most + " bytes, which is the most (--max-body)");
    }

    /** Why a body could not be read. */
    ServiceException told(Throwable failure) {
        if (failure instanceof ServiceException known) {
            return known;
        }
        if (failure instanceof TimeoutException) {
            return new ServiceException(FailureKind.SLOW, "The body did not arrive within " + millis + " ms", failure);
        }
        if (failure instanceof IllegalStateException) {
            return tooLarge();
        }
        String why = failure instanceof HttpException http ? http.getReason() : "it ended early";
        return new ServiceException(FailureKind.REQUEST, "The body cannot be read: " + why, failure);
    }
}
