package dev.retort.serve.page;

import dev.retort.detection.Detector;
import dev.retort.serve.TinyModel;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Supplier;

/** Model files for the page: untrained, but what they find has scores from low to high, and all classes. */
final class SpreadModel {
    private static final int NETWORK = 7;
    private static final double WEIGHTS = 2;
    private static final float BIAS = -7f;

    private SpreadModel() {}

    static Path save(Path file, int seed) throws IOException {
        TinyModel.save(file, NETWORK);
        Random random = new Random(seed);
        try (Backend backend = Backends.create("simd");
                Detector detector = Detector.load(file, backend)) {
            assign(backend, detector.network().state().get("head.cls_score.weight"), () ->
                    (float) (WEIGHTS * random.nextGaussian()));
            assign(backend, detector.network().state().get("head.cls_score.bias"), () -> BIAS);
            detector.save(file);
        }
        return file;
    }

    private static void assign(Backend backend, Tensor tensor, Supplier<Float> number) {
        float[] values = new float[Math.toIntExact(tensor.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = number.get();
        }
        try (Tensor raised = backend.upload(values, tensor.shape(), tensor.dtype())) {
            backend.assign(tensor, raised);
        }
    }
}
