package dev.retort.bench.work;

import dev.retort.bench.floor.Floor;
import dev.retort.bench.network.Scenario;
import dev.retort.detection.Detector;
import dev.retort.detection.data.Batch;
import java.util.List;

/**
 * A RetinaNet's inference on one image: normalization, backbone, pyramid, head, decoding, suppression. The first row is the first
 * inference of the process, while the JVM still interprets and compiles.
 */
public final class InferSuite {
    /** The suite's name. */
    public static final String NAME = "infer";

    private InferSuite() {}

    public static List<Work> of(Scenario scenario) {
        Work work = work(scenario, 1);
        String first = work.name().replace("/", "/first-");
        return List.of(new Work(first, work.task(), work.operations(), 1, work.setup(), true), work);
    }

    /** Inference on a batch. */
    public static Work work(Scenario scenario, int images) {
        String name = NAME + "/retinanet-r" + scenario.student() + "-" + scenario.height() + "x" + scenario.width()
                + (images == 1 ? "" : "-batch-" + images);
        double operations = images * Floor.operations(Floor.inference(scenario));
        Work.Setup setup = operands -> {
            Networks networks = new Networks(scenario, images, operands);
            Detector detector = networks.detector("student_weights", scenario.student());
            detector.network().setTraining(false);
            Batch batch = networks.batch();
            return () -> detector.detect(batch);
        };
        return new Work(name, Networks.task("inference", scenario, images), operations, 1, setup);
    }
}
