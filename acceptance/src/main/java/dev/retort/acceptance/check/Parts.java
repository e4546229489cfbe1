package dev.retort.acceptance.check;

import dev.retort.tensor.MatmulPrecision;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All parts, in the order in which they run. What tells the most comes first, since a device may be lent for minutes: whether results are
 * right, then a step and inference beside PyTorch, then the rest.
 */
public final class Parts {
    private Parts() {}

    public static List<Part> all() {
        Set<Part> parts = new LinkedHashSet<>(List.of(
                new DevicesPart(), new ConformancePart(), new GradientsPart(MatmulPrecision.FP32), new GoldenPart()));
        for (MatmulPrecision precision : List.of(MatmulPrecision.FP32, MatmulPrecision.TF32)) {
            parts.add(new SpeedPart(SpeedPart.Kind.STEP, precision, false));
            parts.add(new SpeedPart(SpeedPart.Kind.INFER, precision, false));
        }
        parts.addAll(List.of(
                new TrainingPart(),
                new GraphsPart(),
                new MemoryPart(),
                new GradientsPart(MatmulPrecision.TF32),
                new GradientsPart(MatmulPrecision.BF16)));
        for (SpeedPart.Kind kind : SpeedPart.Kind.values()) {
            for (MatmulPrecision precision : MatmulPrecision.values()) {
                parts.add(new SpeedPart(kind, precision, false));
                if (kind.isNetwork()) {
                    parts.add(new SpeedPart(kind, precision, true));
                }
            }
        }
        return List.copyOf(parts);
    }

    /**
     * The part of a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Part named(String name) {
        return chosen(List.of(name), List.of()).get(0);
    }

    /**
     * Parts by name, in their order. A name stands for all parts that begin with it and a hyphen as well: {@code gradients} for
     * {@code gradients-fp32} and its like.
     *
     * @param only empty for all
     * @throws IllegalArgumentException if a name stands for none, or if none is left
     */
    public static List<Part> chosen(List<String> only, List<String> skip) {
        List<Part> all = all();
        for (List<String> names : List.of(only, skip)) {
            for (String name : names) {
                if (all.stream().noneMatch(part -> means(name, part))) {
                    throw new IllegalArgumentException("There is no part '" + name + "'; there are "
                            + all.stream().map(Part::name).collect(Collectors.joining(", ")));
                }
            }
        }
        List<Part> chosen = all.stream()
                .filter(part -> only.isEmpty() || only.stream().anyMatch(name -> means(name, part)))
                .filter(part -> skip.stream().noneMatch(name -> means(name, part)))
                .toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("No part is left: --skip takes all that --only names");
        }
        return chosen;
    }

    private static boolean means(String name, Part part) {
        return part.name().equals(name) || part.name().startsWith(name + "-");
    }
}
