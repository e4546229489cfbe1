package dev.retort.serve;

import dev.retort.cli.DeviceOption;
import dev.retort.cli.PixelLimitOption;
import dev.retort.cli.Subcommand;
import dev.retort.cli.job.Interruption;
import dev.retort.serve.detect.DetectionLimits;
import dev.retort.serve.detect.ModelFile;
import dev.retort.serve.http.HttpService;
import dev.retort.serve.http.HttpSettings;
import dev.retort.serve.http.Token;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort serve}: detectors behind HTTP. */
@Command(
        name = "serve",
        description = "Serves models over HTTP: images in, detections as JSON or drawn out; also by the Open Inference"
                + " Protocol, with metrics for Prometheus.",
        showDefaultValues = true,
        sortOptions = false,
        footer = {
            "",
            "Ctrl-C or SIGTERM ends it: what was accepted is answered first.",
            "With --max-batch above 1, images of one size may be computed together, which pays on GPUs and for small images;"
                    + " scores and boxes may then differ from those of 'retort predict' by rounding.",
            "",
            "Examples:",
            "  retort serve model.safetensors",
            "  retort serve teacher=out/teacher/model.safetensors student=out/student/model.safetensors --port 9000",
            "  curl --data-binary @street.jpg http://127.0.0.1:8080/v1/detect",
            "  curl -F image=@a.jpg -F image=@b.jpg 'http://127.0.0.1:8080/v1/detect?score=0.3'"
        })
public final class ServeCommand implements Subcommand {
    private static final long IDLE_MILLIS = 30_000;
    private static final long BODY_MILLIS = 30_000;
    private static final long DRAIN_MILLIS = 100_000;
    private static final long LOOK_MILLIS = 50;
    private static final int MEGABYTE = 1_000_000;
    private static final int MOST_MEGABYTES = 2000;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "MODEL",
            description =
                    "A model.safetensors, or NAME=FILE; without a name it is served under the file's, without its ending.")
    private List<String> models;

    @Option(names = "--port", paramLabel = "N", description = "Port to listen at; 0 for any that is free.")
    private int port = 8080;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description =
                    "Name or address to listen at; 0.0.0.0 for all of this machine's. By default only this machine can call.")
    private String host = "127.0.0.1";

    @Mixin
    private DeviceOption device;

    @Option(names = "--workers", paramLabel = "N", description = "Networks that run at once.")
    private int workers = 2;

    @Option(
            names = "--max-batch",
            paramLabel = "N",
            description = "Images of one size that are computed together at most.")
    private int maxBatch = 1;

    @Option(
            names = "--max-wait",
            paramLabel = "MS",
            description = "How long an image waits for others to be computed with, milliseconds.")
    private long maxWait = 5;

    @Option(
            names = "--queue",
            paramLabel = "N",
            description = "Images that may wait; requests beyond are refused with status 429.")
    private int queue = 64;

    @Option(
            names = "--deadline",
            paramLabel = "MS",
            description = "How long a request may take once it has arrived, milliseconds; status 504 after that.")
    private long deadline = 30_000;

    @Option(
            names = "--max-body",
            paramLabel = "MB",
            description = "Largest body of a request, megabytes; status 413 beyond.")
    private int maxBody = 32;

    @Mixin
    private PixelLimitOption pixels;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Callers must send the token in this file, as the header 'Authorization: Bearer TOKEN'.")
    private Path tokenFile;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<ModelFile> files;
        DetectionLimits limits;
        HttpSettings settings;
        try {
            files = ModelFile.parse(models);
            limits = new DetectionLimits(workers, maxBatch, maxWait, queue, pixels.pixels());
            settings = settings();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        // Jetty logs by SLF4J, which would say that nothing receives it; what matters is told by this program itself.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        try (Interruption interruption = Interruption.open();
                Backend backend = device.create();
                DetectionService service = DetectionService.start(files, backend, limits, settings, true)) {
            tellStart(files, service.port());
            while (!interruption.requested()) {
                Thread.sleep(LOOK_MILLIS);
            }
            PrintWriter err = spec.commandLine().getErr();
            err.println("retort: ending; requests that were accepted are answered first");
            boolean all = service.drain(DRAIN_MILLIS);
            err.println(all ? "retort: all are answered" : "retort: some took too long and are cut off");
        }
        return 0;
    }

    private HttpSettings settings() throws IOException {
        if (maxBody < 1 || maxBody > MOST_MEGABYTES) {
            throw new IllegalArgumentException("--max-body must be from 1 to " + MOST_MEGABYTES + ", not " + maxBody);
        }
        Optional<Token> token = tokenFile == null ? Optional.empty() : Optional.of(Token.read(tokenFile));
        if (token.isEmpty() && !isLoopback()) {
            spec.commandLine()
                    .getErr()
                    .println("retort: whoever reaches " + host
                            + " can use this service; --token-file lets only those who know a token");
        }
        // As many requests as may wait or be computed; never more than there are connections.
        int threads = (int) Math.min(HttpService.MOST_CONNECTIONS, queue + (long) workers * maxBatch);
        return new HttpSettings(host, port, maxBody * MEGABYTE, IDLE_MILLIS, BODY_MILLIS, deadline, threads, token);
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("--host: there is no host " + host, e);
        }
    }

    private void tellStart(List<ModelFile> files, int listening) {
        PrintWriter out = spec.commandLine().getOut();
        String shown = host.contains(":") ? "[" + host + "]" : host;
        String names = String.join(", ", files.stream().map(ModelFile::name).toList());
        out.println("Serving " + names + " at http://" + shown + ":" + listening);
        out.flush();
    }
}
