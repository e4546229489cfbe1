package dev.retort.bench.work;

import dev.retort.bench.floor.Floor;
import dev.retort.bench.network.Scenario;
import dev.retort.detection.data.Batch;
import dev.retort.distill.train.Detector;
import java.util.List;
import java.util.Map;

/**
 * A RetinaNet's inference on one picture: normalisation, backbone, pyramid, head, decoding, suppression. The first row is the first
 * inference of the process, while the JVM still interprets and compiles.
 */
public final class InferSuite {
    /** The suite's name. */
    public static final String NAME = "infer";

    private InferSuite() {}

    public static List<Work> of(Scenario scenario) {
        String name = "retinanet-r" + scenario.student() + "-" + scenario.height() + "x" + scenario.width();
        double operations = Floor.operations(Floor.inference(scenario));
        Work.Setup setup = operands -> {
            Networks networks = new Networks(scenario, operands);
            Detector detector = networks.detector("student_weights", scenario.student());
            detector.network().setTraining(false);
            Batch batch = networks.batch();
            return () -> detector.detect(batch);
        };
        Map<String, Object> task = Networks.task("inference", scenario);
        return List.of(
                new Work(NAME + "/first-" + name, task, operations, 1, setup, true),
                new Work(NAME + "/" + name, task, operations, 1, setup));
    }
}
