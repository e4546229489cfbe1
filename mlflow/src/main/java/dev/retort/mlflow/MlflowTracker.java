package dev.retort.mlflow;

import dev.retort.detection.Evaluation;
import dev.retort.detection.train.RunTracker;
import dev.retort.detection.train.StepReport;
import dev.retort.detection.train.TrackedRun;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.mlflow.api.proto.Service.RunStatus;

/**
 * Sends a run's figures from a thread of its own, so that no step waits for the server. A server that is away stops no run: what it
 * misses waits, in memory and with each checkpoint in the run's folder, and is sent when it is there again, or with the next resume.
 */
final class MlflowTracker implements RunTracker {
    private static final String EXPERIMENT = "MLFLOW_EXPERIMENT_NAME";
    private static final String USUAL_EXPERIMENT = "retort";
    /** Sent at the end, where they are there. */
    private static final List<String> FILES = List.of("recipe.yaml", "metrics.jsonl");

    private final TrackedRun run;
    private final MlflowServer server;
    private final String address;
    private final Pace pace;
    private final ScheduledExecutorService sender;
    private String runId;
    private Outbox outbox;
    /** Used by the sender's thread only. */
    private int failures;

    private volatile boolean ended;

    private MlflowTracker(TrackedRun run, URI address, Map<String, String> environment, Pace pace) {
        this.run = run;
        this.address = address.toString();
        this.pace = pace;
        server = new MlflowServer(address, environment);
        sender = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "retort-mlflow");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Begins a run at the server, or goes on with the one that the folder keeps.
     *
     * @throws IOException if the server cannot be reached, or refuses
     */
    static MlflowTracker open(TrackedRun run, URI address, Map<String, String> environment, Pace pace)
            throws IOException {
        Optional<KnownRun> known = run.iteration() == 0
                ? Optional.empty()
                : KnownRun.read(run.folder()).filter(kept -> kept.server().equals(address.toString()));
        MlflowTracker tracker = new MlflowTracker(run, address, environment, pace);
        try {
            tracker.waitFor(() -> {
                if (known.isPresent()) {
                    tracker.goOn(known.get());
                } else {
                    tracker.begin(environment);
                }
                return tracker.runId;
            });
            tracker.sendLater(pace.between().toMillis());
            return tracker;
        } catch (IOException e) {
            tracker.close();
            boolean isGone = known.isPresent() && MlflowServer.isNotFound(e);
            String advice = isGone
                    ? "remove " + run.folder().resolve(KnownRun.FILE) + ", and another MLflow run is begun"
                    : "put that right, or set training.mlflow to none";
            throw new IOException(
                    "MLflow at " + address + " cannot be told of this run: " + e.getMessage() + ". No step was taken: "
                            + advice,
                    e);
        }
    }

    private void begin(Map<String, String> environment) throws IOException {
        String experiment = server.experiment(environment.getOrDefault(EXPERIMENT, USUAL_EXPERIMENT));
        Path folder = run.folder().toAbsolutePath().normalize();
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("mlflow.user", System.getProperty("user.name", "unknown"));
        tags.put("mlflow.source.name", "retort");
        tags.put("retort.folder", folder.toString());
        tags.put("retort.device", run.backend().name());
        runId = server.create(experiment, String.valueOf(folder.getFileName()), tags);
        outbox = new Outbox(SentSteps.NONE);
        keep();
        server.logParameters(runId, RecipeParameters.of(run.recipe()));
    }

    private void goOn(KnownRun known) throws IOException {
        runId = known.runId();
        outbox = new Outbox(server.sent(runId));
        // Steps from here on are taken once more.
        known.unsent().stream()
                .filter(figures -> figures.step() < run.iteration())
                .forEach(outbox::add);
        server.goOn(runId);
        server.setTag(runId, "retort.resumed", Long.toString(run.iteration()));
    }

    private void keep() throws IOException {
        new KnownRun(address, runId, outbox.unsent()).write(run.folder());
    }

    @Override
    public void step(StepReport step) {
        if (step.isLogged(run.recipe().training().logEvery())) {
            add(false, step.iteration(), run.figures(step));
        }
    }

    @Override
    public void evaluated(long iteration, Evaluation evaluation, boolean best) {
        add(true, TrackedRun.stepOf(iteration), TrackedRun.figures(evaluation.metrics()));
    }

    private void add(boolean evaluation, long step, Map<String, Double> figures) {
        Map<String, Double> named = new LinkedHashMap<>();
        // The characters that MLflow takes.
        figures.forEach((name, value) -> named.put(name.replaceAll("[^A-Za-z0-9_./ -]", "_"), value));
        outbox.add(new Figures(evaluation, step, System.currentTimeMillis(), named));
    }

    @Override
    public void saved(Path file) throws IOException {
        keep();
    }

    private void sendLater(long milliseconds) {
        sender.schedule(
                () -> {
                    if (ended) {
                        return;
                    }
                    try {
                        sendAll();
                        if (failures > 0) {
                            run.notices().accept("MLflow at " + address + " is told of the run again");
                        }
                        failures = 0;
                    } catch (IOException | RuntimeException e) {
                        failed(e);
                    }
                    long pause = pace.between().toMillis() << Math.min(failures, 10);
                    sendLater(Math.min(pause, pace.longest().toMillis()));
                },
                milliseconds,
                TimeUnit.MILLISECONDS);
    }

    private void failed(Exception e) {
        failures++;
        if (failures == 1 && !ended) {
            run.notices()
                    .accept("MLflow at " + address + " cannot be told of the run: " + e.getMessage()
                            + ". Training goes on; what it misses is sent when it is there again");
        }
    }

    private void sendAll() throws IOException {
        List<Figures> batch = outbox.oldest(MlflowServer.BATCH);
        while (!batch.isEmpty()) {
            server.logFigures(runId, batch);
            outbox.sent(batch);
            batch = outbox.oldest(MlflowServer.BATCH);
        }
    }

    /** Waits for the server as long as the pace says; a failure ends no run, but is told. */
    @Override
    public void end(End end) throws IOException {
        ended = true;
        try {
            waitFor(() -> {
                sendAll();
                List<Path> files = Stream.of(FILES.toArray(String[]::new))
                        .map(run.folder()::resolve)
                        .filter(Files::exists)
                        .toList();
                server.upload(runId, files).ifPresent(where -> run.notices()
                        .accept("MLflow keeps this run's files at " + where + ", where they have to be copied by hand: "
                                + String.join(", ", FILES)));
                server.end(runId, status(end));
                return runId;
            });
        } catch (IOException e) {
            run.notices()
                    .accept("MLflow at " + address + " was not told of the run's end: " + e.getMessage() + ". "
                            + outbox.unsent().size() + " lines of figures wait in "
                            + run.folder().resolve(KnownRun.FILE)
                            + " and are sent when the run is resumed");
        }
        close();
        if (outbox.lost() > 0) {
            run.notices()
                    .accept("MLflow misses the oldest " + outbox.lost() + " lines of figures; metrics.jsonl has them");
        }
        keep();
    }

    private static RunStatus status(End end) {
        return switch (end) {
            case COMPLETE -> RunStatus.FINISHED;
            case STOPPED -> RunStatus.KILLED;
            case FAILED -> RunStatus.FAILED;
        };
    }

    /** Makes calls on the sender's thread. */
    private <T> T waitFor(Callable<T> calls) throws IOException {
        try {
            return sender.submit(calls).get(pace.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure
                    ? failure
                    : new IOException(e.getCause().toString(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("it did not answer within " + pace.patience().toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("waiting was interrupted", e);
        }
    }

    private void close() {
        sender.shutdownNow();
        server.close();
    }
}
