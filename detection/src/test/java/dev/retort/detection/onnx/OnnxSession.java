package dev.retort.detection.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A file in ONNX Runtime. */
final class OnnxSession implements AutoCloseable {
    private static final int THREADS = 2;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    OnnxSession(Path file) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(THREADS);
        session = environment.createSession(file.toString(), options);
    }

    /** An output as it lies in memory: float32 and int64 become double. */
    record Output(long[] shape, double[] values) {}

    Map<String, Output> run(float[] images, long... shape) throws OrtException {
        Map<String, Output> outputs = new HashMap<>();
        try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), shape);
                OrtSession.Result result = session.run(Map.of("images", input))) {
            for (Map.Entry<String, OnnxValue> entry : result) {
                outputs.put(entry.getKey(), output((OnnxTensor) entry.getValue()));
            }
        }
        return outputs;
    }

    private static Output output(OnnxTensor tensor) {
        FloatBuffer floats = tensor.getFloatBuffer();
        double[] values;
        if (floats == null) {
            long[] integers = new long[tensor.getLongBuffer().remaining()];
            tensor.getLongBuffer().get(integers);
            values = Arrays.stream(integers).asDoubleStream().toArray();
        } else {
            values = new double[floats.remaining()];
            for (int i = 0; i < values.length; i++) {
                values[i] = floats.get(i);
            }
        }
        return new Output(tensor.getInfo().getShape(), values);
    }

    Map<String, String> metadata() throws OrtException {
        return session.getMetadata().getCustomMetadata();
    }

    OrtSession session() {
        return session;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
