package dev.retort.detection.weights;

import dev.retort.detection.data.Category;
import dev.retort.nn.weights.WeightFile;
import dev.retort.nn.weights.WeightFileException;
import dev.retort.nn.weights.WeightNode;
import dev.retort.nn.weights.WeightTensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of a file that are a model's state: of a whole file, or of the section of a training checkpoint that holds the model.
 *
 * @param tensors by the program's names, without what a wrapper for several GPUs puts before all of them
 */
record ForeignState(Map<String, WeightTensor> tensors) {
    /** Sections of training checkpoints: detectron2 and torchvision, mmdetection and others, Detectron. */
    private static final List<String> SECTIONS = List.of("model", "state_dict", "blobs");

    private static final String WRAPPER = "module.";

    static ForeignState of(WeightFile file) throws IOException {
        WeightNode.Mapping state = file.content();
        for (String section : SECTIONS) {
            if (state.entries().get(section) instanceof WeightNode.Mapping inner) {
                state = inner;
                break;
            }
        }
        Map<String, WeightTensor> tensors = state.tensors();
        if (tensors.isEmpty()) {
            throw new WeightFileException(file.path(), "holds no tensors", "Take a file of weights");
        }
        if (!tensors.keySet().stream().allMatch(name -> name.startsWith(WRAPPER))) {
            return new ForeignState(tensors);
        }
        Map<String, WeightTensor> bare = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> bare.put(name.substring(WRAPPER.length()), tensor));
        return new ForeignState(bare);
    }

    /** The classes that mmdetection's files name; none in others. */
    static Optional<List<Category>> classes(WeightFile file) {
        if (!(file.content().entries().get("meta") instanceof WeightNode.Mapping meta)) {
            return Optional.empty();
        }
        WeightNode names = meta.entries().get("CLASSES");
        if (meta.entries().get("dataset_meta") instanceof WeightNode.Mapping dataset) {
            names = dataset.entries().getOrDefault("classes", dataset.entries().get("CLASSES"));
        }
        if (!(names instanceof WeightNode.Sequence list)) {
            return Optional.empty();
        }
        List<Category> classes = new ArrayList<>();
        for (WeightNode name : list.items()) {
            if (!(name instanceof WeightNode.Text text)) {
                return Optional.empty();
            }
            classes.add(new Category(classes.size() + 1L, text.value()));
        }
        return Optional.of(classes);
    }
}
