package dev.retort.spark;

import dev.retort.cli.Retort;
import java.util.ArrayList;
import java.util.List;

/** {@code spark-submit --class dev.retort.spark.Train retort-spark-VERSION-all.jar ...}: what {@code retort spark train ...} does. */
public final class Train {
    private Train() {}

    public static void main(String[] args) {
        List<String> all = new ArrayList<>(List.of("spark", "train"));
        all.addAll(List.of(args));
        Retort.main(all.toArray(String[]::new));
    }
}
