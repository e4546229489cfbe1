package dev.retort.bench.work;

import dev.retort.bench.floor.Floor;
import dev.retort.bench.network.Scenario;
import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.Trainer;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.Distiller;
import java.util.List;

/**
 * One step of distillation, as training does it: targets, the teacher's pyramid, the student, all losses, backward, clipping,
 * optimizers. Operations are those of {@link Floor#step}. Peers have ICD alone.
 */
public final class StepSuite {
    /** The suite's name. */
    public static final String NAME = "step";

    private StepSuite() {}

    public static List<Work> of(Scenario scenario) {
        return List.of(work(scenario, 1));
    }

    private static String kind(Scenario scenario) {
        return scenario.isIcd() ? NAME : NAME + ' ' + scenario.method();
    }

    /** A step on a batch. */
    public static Work work(Scenario scenario, int images) {
        String name = NAME + "/" + scenario.method() + "-r" + scenario.student() + "-from-r" + scenario.teacher() + "-"
                + scenario.height() + "x" + scenario.width() + (images == 1 ? "" : "-batch-" + images);
        double operations = images * Floor.operations(Floor.step(scenario));
        return new Work(name, Networks.task(kind(scenario), scenario, images), operations, 1, operands -> {
            Networks networks = new Networks(scenario, images, operands);
            CocoDataset dataset = networks.dataset();
            Recipe recipe = networks.recipe(scenario.student());
            Detector teacher = networks.detector("teacher_weights", scenario.teacher());
            Detector student = networks.detector("student_weights", scenario.student());
            long iterations = Trainer.iterations(recipe, dataset);
            Distiller distiller = operands.closing(
                    new Distiller(new DistillationProvider.Context(recipe, dataset, teacher, student, iterations)));
            Trainer trainer = operands.closing(new Trainer(recipe, dataset, student, List.of(distiller)));
            return trainer::step;
        });
    }
}
