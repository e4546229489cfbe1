package dev.retort.acceptance.training;

import dev.retort.cli.job.DemoRecipes;
import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ShapesGenerator;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.Trainer;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * The training that checks of a device take steps of: the demo's student on 64 generated images that are held in memory, so that neither
 * files nor a decoder of images are needed.
 */
final class DemoStudent implements AutoCloseable {
    private static final int IMAGES = 64;

    private final Detector student;
    private final Trainer trainer;

    /** @param backend stays the caller's */
    DemoStudent(Backend backend) {
        Recipe recipe = recipe();
        CocoDataset data = ShapesGenerator.inMemory(
                ShapesGenerator.Settings.standard(1, 1, 1, 1).withSplits(Map.of("train", IMAGES)), "train");
        student = Detector.create(recipe, data.categories(), backend);
        trainer = new Trainer(recipe, data, student, List.of());
    }

    Detector detector() {
        return student;
    }

    Trainer trainer() {
        return trainer;
    }

    private static Recipe recipe() {
        try {
            return DemoRecipes.read(DemoRecipes.STUDENT, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        trainer.close();
        student.close();
    }
}
