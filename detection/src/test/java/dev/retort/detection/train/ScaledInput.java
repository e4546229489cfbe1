package dev.retort.detection.train;

import dev.retort.autograd.Parameter;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.model.DetectionModel;
import dev.retort.detection.model.Predictions;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** The smallest model with losses: y = w * x, the loss {@code square} is the mean of y squared. It finds nothing. */
final class ScaledInput extends DetectionModel {
    private final Parameter weight;
    private final Tensor statistic;

    ScaledInput(Backend backend, double weight) {
        super(BuildContext.root(backend, DType.F64, 1));
        this.weight = parameter("weight", Shape.of(1), Initializers.constant(weight));
        statistic = buffer("statistic", Shape.of(1), Initializers.constant(0));
    }

    Parameter weight() {
        return weight;
    }

    Tensor statistic() {
        return statistic;
    }

    @Override
    public List<Tensor> features(Tensor images) {
        return List.of(images.mul(weight.value()));
    }

    @Override
    public Predictions forward(Tensor images) {
        List<Tensor> features = features(images);
        return new Predictions() {
            @Override
            public List<Tensor> features() {
                return features;
            }

            @Override
            public Map<String, Tensor> losses(List<GroundTruth> truth) {
                return Map.of("square", features.get(0).square().mean());
            }

            @Override
            public List<Detections> detections(List<ImageSize> sizes) {
                throw new UnsupportedOperationException("it finds nothing");
            }
        };
    }

    @Override
    public List<String> levels() {
        return List.of("p3");
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
