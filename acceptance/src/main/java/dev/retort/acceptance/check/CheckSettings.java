package dev.retort.acceptance.check;

import dev.retort.bench.network.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What every part is told.
 *
 * @param device name of the backend
 * @param steps of trainings
 * @param size of the benchmarks' images, HEIGHTxWIDTH
 * @param batches images a batch in inference and in steps
 */
public record CheckSettings(String device, int steps, String size, List<Integer> batches) {
    /** Of a GPU, as published: images of 800 x 1344. */
    public static final String SIZE = "800x1344";

    /** The published networks on an image of the size. */
    public Scenario scenario() {
        return Scenario.standard().withSize(size);
    }

    /** As options of the command line. */
    List<String> options() {
        return new ArrayList<>(List.of(
                "--device",
                device,
                "--steps",
                Integer.toString(steps),
                "--size",
                size,
                "--batches",
                batches.stream().map(String::valueOf).collect(Collectors.joining(","))));
    }
}
