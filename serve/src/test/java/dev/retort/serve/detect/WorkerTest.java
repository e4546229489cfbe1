package dev.retort.serve.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.Detector;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.serve.TinyModel;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.DeviceException;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What a worker does when a network fails. */
class WorkerTest {
    /** Finds an object in each image, unless one is white. */
    private static final class Fragile extends DetectionModel {
        private final List<Long> batches = new ArrayList<>();

        Fragile(Backend backend) {
            super(BuildContext.root(backend, DType.F32, 1));
        }

        @Override
        public Predictions forward(Tensor images) {
            long n = images.shape().dim(0);
            batches.add(n);
            float[] values = images.toFloats();
            int length = (int) (values.length / n);
            for (int i = 0; i < n; i++) {
                if (values[i * length] > 0) {
                    throw new DeviceException("White is too much");
                }
            }
            return new OneObject();
        }

        @Override
        public List<Tensor> features(Tensor images) {
            return List.of();
        }

        @Override
        public List<String> levels() {
            return List.of();
        }

        @Override
        public int sizeDivisor() {
            return 1;
        }

        @Override
        public Module pyramid() {
            return this;
        }

        @Override
        public Module head() {
            return this;
        }

        @Override
        public void setCheckpointing(boolean checkpointing) {}
    }

    private record OneObject() implements Predictions {
        @Override
        public List<Tensor> features() {
            return List.of();
        }

        @Override
        public Map<String, Tensor> losses(List<GroundTruth> truth) {
            return Map.of();
        }

        @Override
        public List<Detections> detections(List<ImageSize> sizes) {
            return sizes.stream()
                    .map(size -> new Detections(new double[] {0, 0, 2, 2}, new double[] {0.9}, new int[] {1}))
                    .toList();
        }
    }

    private static ImageWork put(WorkQueue queue, LoadedModel model, int value) {
        byte[] rgb = new byte[3 * 4 * 4];
        Arrays.fill(rgb, (byte) value);
        Sample sample = new Sample(
                new ImageInfo(0, "an image", 4, 4), new RgbImage(4, 4, rgb), new double[0], new int[0], false);
        assertThat(model.retain()).isTrue();
        ImageWork work = new ImageWork(model, sample, Deadline.in(60_000), new StageTimes());
        queue.reserve(1);
        queue.put(work);
        return work;
    }

    @Test
    void nobodyPaysForAnothersImage() throws Exception {
        try (Backend backend = Backends.create("reference")) {
            Fragile network = new Fragile(backend);
            LoadedModel model = new LoadedModel(Detector.of(
                    RecipeReader.parse("model: {depth: 18}", "a recipe", List.of())
                            .recipe(),
                    TinyModel.CLASSES,
                    network,
                    "fragile"));
            WorkQueue queue = new WorkQueue(3, 3, 60_000);
            ImageWork first = put(queue, model, 0);
            ImageWork white = put(queue, model, 255);
            ImageWork last = put(queue, model, 0);
            queue.close();
            List<Integer> batches = new ArrayList<>();
            new Worker(queue, new Measurements() {
                        @Override
                        public void stage(Stage stage, long nanos) {
                            assertThat(nanos).isNotNegative();
                        }

                        @Override
                        public void batch(int images) {
                            batches.add(images);
                        }
                    })
                    .run();
            assertThat(network.batches).containsExactly(3L, 1L, 1L, 1L);
            assertThat(batches).containsExactly(1, 1);
            assertThat(first.found().get()).singleElement().satisfies(object -> assertThat(object.label())
                    .isEqualTo("square"));
            assertThat(last.found().get()).hasSize(1);
            assertThatThrownBy(() -> white.found().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("White is too much");
            model.release();
            assertThat(model.retain()).isFalse();
        }
    }
}
