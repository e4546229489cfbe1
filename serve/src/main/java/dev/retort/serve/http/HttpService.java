package dev.retort.serve.http;

import dev.retort.serve.detect.MemoryBudget;
import java.io.IOException;
import java.util.List;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Listens, and answers by its routes. */
public final class HttpService implements AutoCloseable {
    /** Connections at once; more wait to be accepted. */
    public static final int MOST_CONNECTIONS = 1024;

    /** What stays for those who are refused at once, for probes, metrics, and for the server itself. */
    private static final int SPARE_THREADS = 16;

    private static final int HEADER_BYTES = 8192;

    private final Server server;
    private final ServerConnector connector;
    private final Drain drain;

    private HttpService(Server server, ServerConnector connector, Drain drain) {
        this.server = server;
        this.connector = connector;
        this.drain = drain;
    }

    /**
     * Starts to listen.
     *
     * @param drain says to routes whether requests are taken
     * @throws IOException if the port is taken, or the host is not this machine's
     */
    public static HttpService start(
            HttpSettings settings, List<Route> routes, MemoryBudget memory, Drain drain, HttpMeasurements measurements)
            throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(settings.threads() + SPARE_THREADS);
        threads.setName("retort-http");
        Server server = new Server(threads);
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(HEADER_BYTES);
        configuration.setHttpCompliance(HttpCompliance.STRICT);
        ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(configuration));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.idleMillis());
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(MOST_CONNECTIONS, server));
        server.setErrorHandler(new JsonErrors(measurements));
        server.setHandler(new ServiceHandler(settings, new Router(routes), memory, drain, measurements));
        try {
            server.start();
        } catch (Exception e) {
            stop(server);
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "Cannot listen at " + settings.host() + " port " + settings.port() + ": " + cause.getMessage(), e);
        }
        return new HttpService(server, connector, drain);
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The server does not end: " + e.getMessage(), e);
        }
    }

    /** The port that it listens at. */
    public int port() {
        return connector.getLocalPort();
    }

    /**
     * Refuses new requests and lets those that there are end; then {@link #close} it.
     *
     * @param millis how long they have
     * @return whether all of them ended
     */
    public boolean drain(long millis) throws InterruptedException {
        return drain.end(millis);
    }

    /** Stops listening, at once. */
    @Override
    public void close() {
        stop(server);
    }
}
