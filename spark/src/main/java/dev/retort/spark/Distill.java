package dev.retort.spark;

import dev.retort.cli.Retort;
import java.util.ArrayList;
import java.util.List;

/** {@code spark-submit --class dev.retort.spark.Distill retort-spark-VERSION-all.jar ...}: what {@code retort spark distill ...} does. */
public final class Distill {
    private Distill() {}

    public static void main(String[] args) {
        List<String> all = new ArrayList<>(List.of("spark", "distill"));
        all.addAll(List.of(args));
        Retort.main(all.toArray(String[]::new));
    }
}
