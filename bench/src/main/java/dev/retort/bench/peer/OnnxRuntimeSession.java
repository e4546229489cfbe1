package dev.retort.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.retort.detection.Detector;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.onnx.OnnxExport;
import dev.retort.detection.onnx.OnnxOptions;
import dev.retort.kernels.simd.SimdBackend;
import dev.retort.tensor.Backend;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** A detector in ONNX Runtime, with the images that it runs on. Only this class needs ONNX Runtime on the class path. */
final class OnnxRuntimeSession implements AutoCloseable {
    private static final int CHANNELS = 3;

    private final OrtSession session;
    private final OnnxTensor images;

    private OnnxRuntimeSession(OrtSession session, OnnxTensor images) {
        this.session = session;
        this.images = images;
    }

    static String version() {
        return OrtEnvironment.getEnvironment().getVersion();
    }

    /**
     * Exports a detector, normalization and suppression in the graph, for images of the scene's size, and opens it.
     *
     * @param weights a detector's file
     * @param scene safetensors with {@code image} [H, W, 3], values from 0 to 255
     * @param batch how often a batch has the image
     */
    static OnnxRuntimeSession open(Path weights, Path scene, int batch, int threads) throws IOException {
        try (SafeTensors file = SafeTensors.open(scene)) {
            SafeTensors.Entry image = file.entry("image");
            ImageSize size = new ImageSize(image.shape().dim(0), image.shape().dim(1));
            FloatBuffer planes = planes(image.toFloats(), size, batch);
            long[] shape = {batch, CHANNELS, size.height(), size.width()};
            OrtSession session = session(weights, size, threads);
            return new OnnxRuntimeSession(
                    session, OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), planes, shape));
        } catch (OrtException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The file is read whole when the session opens, and not needed any more then. */
    private static OrtSession session(Path weights, ImageSize size, int threads) throws IOException, OrtException {
        Path model = Files.createTempFile("retort-bench-", ".onnx");
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            try (Backend backend = SimdBackend.create(1);
                    Detector detector = Detector.load(weights, backend)) {
                OnnxOptions form =
                        OnnxOptions.defaults().withNms(true).withNormalize(true).withSize(size);
                OnnxExport.write(detector, model, form);
            }
            options.setIntraOpNumThreads(threads);
            // Its threads spin while they wait for work; between two runs they would take the other side's processors.
            options.addConfigEntry("session.force_spinning_stop", "1");
            return OrtEnvironment.getEnvironment().createSession(model.toString(), options);
        } finally {
            Files.delete(model);
        }
    }

    /** [H, W, 3] as [N, 3, H, W], outside the heap, where ONNX Runtime takes it as it is. */
    private static FloatBuffer planes(float[] pixels, ImageSize size, int batch) {
        FloatBuffer planes = ByteBuffer.allocateDirect(Float.BYTES * batch * pixels.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int n = 0; n < batch; n++) {
            for (int channel = 0; channel < CHANNELS; channel++) {
                for (int i = 0; i < size.height() * size.width(); i++) {
                    planes.put(pixels[CHANNELS * i + channel]);
                }
            }
        }
        return planes.rewind();
    }

    /** One inference, its results thrown away. */
    void run() {
        detections();
    }

    /** One inference: what it finds in the first image. */
    Detections detections() {
        try (OrtSession.Result found = session.run(Map.of("images", images))) {
            int count = Math.toIntExact(tensor(found, "count").getLongBuffer().get(0));
            float[] boxes = new float[4 * count];
            float[] scores = new float[count];
            long[] labels = new long[count];
            tensor(found, "boxes").getFloatBuffer().get(boxes);
            tensor(found, "scores").getFloatBuffer().get(scores);
            tensor(found, "labels").getLongBuffer().get(labels);
            return new Detections(
                    doubles(boxes),
                    doubles(scores),
                    Arrays.stream(labels).mapToInt(Math::toIntExact).toArray());
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
    }

    private static OnnxTensor tensor(OrtSession.Result found, String name) {
        return (OnnxTensor) found.get(name).orElseThrow();
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    @Override
    public void close() {
        images.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot end its session: " + e.getMessage(), e);
        }
    }
}
