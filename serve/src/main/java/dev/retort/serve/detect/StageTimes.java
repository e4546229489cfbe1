package dev.retort.serve.detect;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How long the stages of an image took, nanoseconds. */
public final class StageTimes {
    private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);

    /** The sum over several images. */
    public static StageTimes sum(List<StageTimes> images) {
        StageTimes sum = new StageTimes();
        images.forEach(image -> image.nanos.forEach((stage, time) -> sum.nanos.merge(stage, time, Long::sum)));
        return sum;
    }

    void put(Stage stage, long time) {
        nanos.put(stage, time);
    }

    /** Milliseconds of a stage; 0 if it was left out. */
    public double milliseconds(Stage stage) {
        return nanos.getOrDefault(stage, 0L) / 1e6;
    }
}
