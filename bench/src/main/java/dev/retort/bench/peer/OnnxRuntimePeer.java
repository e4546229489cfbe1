package dev.retort.bench.peer;

import dev.retort.bench.work.Rounds;
import dev.retort.detection.box.Detections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * ONNX Runtime in this process, on the suite's own network as {@link dev.retort.detection.onnx.OnnxExport} writes it: from pixels to
 * detections, as the other sides do it. It does inference and nothing else.
 */
public final class OnnxRuntimePeer implements Peer {
    /** Its name, as users type it; that of the profile too. */
    public static final String NAME = "onnxruntime";

    private static final String INFERENCE = "inference";

    private final String name;
    private final int threads;
    private OnnxRuntimeSession session;
    private Rounds rounds;

    private OnnxRuntimePeer(String name, int threads) {
        this.name = name;
        this.threads = threads;
    }

    /**
     * A peer that computes with so many threads.
     *
     * @throws IllegalStateException if this build lacks ONNX Runtime, or it has no native library for this machine; the message says
     *     what to do
     */
    public static OnnxRuntimePeer start(int threads) {
        try {
            return new OnnxRuntimePeer(NAME + " " + OnnxRuntimeSession.version(), threads);
        } catch (NoClassDefFoundError notHere) {
            throw PeerProvider.notBuiltIn(NAME);
        } catch (LinkageError noNative) {
            Throwable reason = noNative.getCause() == null ? noNative : noNative.getCause();
            throw new IllegalStateException("ONNX Runtime cannot be loaded here: " + reason.getMessage(), noNative);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean prepare(String work, Map<String, Object> task) {
        release();
        if (!INFERENCE.equals(task.get("kind"))) {
            return false;
        }
        try {
            session = OnnxRuntimeSession.open(
                    Path.of((String) task.get("student_weights")),
                    Path.of((String) task.get("scene")),
                    (Integer) task.get("batch"),
                    threads);
        } catch (IOException e) {
            throw new UncheckedIOException("The network cannot be given to " + name + ": " + e.getMessage(), e);
        }
        rounds = Rounds.warm(session::run);
        return true;
    }

    /** What the prepared inference finds in its first image, boxes in the image's pixels. */
    public Detections detections() {
        return session.detections();
    }

    @Override
    public double seconds() {
        return rounds.seconds();
    }

    @Override
    public Long peakBytes() {
        return null;
    }

    private void release() {
        rounds = null;
        if (session != null) {
            session.close();
            session = null;
        }
    }

    @Override
    public void close() {
        release();
    }
}
