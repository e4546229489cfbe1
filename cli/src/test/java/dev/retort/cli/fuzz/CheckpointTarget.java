package dev.retort.cli.fuzz;

import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.train.Trainer;
import dev.retort.detection.train.TrainingException;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A training run's checkpoint: a run goes on from it. */
final class CheckpointTarget implements Target {
    private static final String RECIPE =
            """
            model: {depth: 18, width: 4, pyramidChannels: 8, headConvolutions: 1}
            data: {shortEdges: [64], longEdge: 64}
            optimizer: {kind: adamw, rate: 0.001, schedule: cosine}
            training: {iterations: 4, batch: 1}
            """;

    private final Backend backend = Backends.create("simd");
    private final Detector student;
    private final Trainer trainer;
    private final List<byte[]> originals;

    CheckpointTarget(CocoDataset dataset, Path folder) throws IOException {
        Recipe recipe =
                RecipeReader.parse(RECIPE, "the fuzzer's recipe", List.of()).recipe();
        student = Detector.create(recipe, dataset.categories(), backend);
        trainer = new Trainer(recipe, dataset, student, List.of());
        trainer.step();
        Path file = folder.resolve("checkpoint.safetensors");
        trainer.save(file);
        byte[] saved = Files.readAllBytes(file);
        originals = List.of(saved, SafeTensorsMutations.unsealed(saved));
    }

    @Override
    public String format() {
        return "checkpoint";
    }

    @Override
    public String ending() {
        return "safetensors";
    }

    @Override
    public List<byte[]> originals() {
        return originals;
    }

    @Override
    public List<Mutation> mutations() {
        return ModelTarget.withBytes(SafeTensorsMutations.ALL);
    }

    @Override
    public void read(Path file) throws IOException {
        trainer.restore(file, true);
    }

    @Override
    public boolean isRefusal(Throwable thrown) {
        return thrown instanceof IOException || thrown instanceof TrainingException;
    }

    @Override
    public void close() {
        trainer.close();
        student.close();
        backend.close();
    }
}
