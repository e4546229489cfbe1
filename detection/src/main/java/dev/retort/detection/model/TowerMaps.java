package dev.retort.detection.model;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Maps inside the towers of a head, [N, H_l, W_l, C] a level, before their ReLU.
 *
 * @param classes in the tower of classes
 * @param boxes in the tower of boxes
 */
public record TowerMaps(List<Tensor> classes, List<Tensor> boxes) {
    public TowerMaps {
        classes = List.copyOf(classes);
        boxes = List.copyOf(boxes);
    }

    /** The maps of one level that {@link Taps} asked for, by position. */
    public record Level(Map<Integer, Tensor> classes, Map<Integer, Tensor> boxes) {
        /** No maps. */
        public static final Level NONE = new Level(Map.of(), Map.of());

        public Level {
            classes = Map.copyOf(classes);
            boxes = Map.copyOf(boxes);
        }

        /** Keeps the maps, but not the level itself, beyond a scope. */
        public void keepIn(Scope scope, Tensor level) {
            for (Map<Integer, Tensor> maps : List.of(classes, boxes)) {
                maps.values().stream().filter(map -> map != level).forEach(scope::keep);
            }
        }
    }

    /**
     * The maps of all levels at a position.
     *
     * @throws IllegalArgumentException if they were not kept
     */
    static TowerMaps of(List<Level> levels, int position) {
        List<Tensor> classes = new ArrayList<>();
        List<Tensor> boxes = new ArrayList<>();
        for (Level level : levels) {
            if (!level.classes.containsKey(position)) {
                throw new IllegalArgumentException("Nothing was kept at position " + position
                        + " of the head's towers: ask for it by Taps.at(" + position + ")");
            }
            classes.add(level.classes.get(position));
            boxes.add(level.boxes.get(position));
        }
        return new TowerMaps(classes, boxes);
    }
}
