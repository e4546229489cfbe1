package dev.retort.detection.model;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What of a forward pass is kept besides what the detector needs itself: maps inside the head's towers.
 *
 * @param positions in both towers: behind so many convolutions, before the last one's ReLU; 0 is the pyramid's level itself
 */
public record Taps(SortedSet<Integer> positions) {
    /** Nothing more. */
    public static final Taps NONE = new Taps(Collections.emptySortedSet());

    public Taps {
        if (!positions.isEmpty() && positions.first() < 0) {
            throw new IllegalArgumentException("A tower has no position " + positions.first() + ": they count from 0");
        }
        positions = Collections.unmodifiableSortedSet(new TreeSet<>(positions));
    }

    /** The maps behind so many convolutions of both towers. */
    public static Taps at(int position) {
        return new Taps(new TreeSet<>(Set.of(position)));
    }

    /** What either keeps. */
    public Taps or(Taps other) {
        SortedSet<Integer> both = new TreeSet<>(positions);
        both.addAll(other.positions);
        return new Taps(both);
    }

    /** Whether nothing more is kept. */
    public boolean isEmpty() {
        return positions.isEmpty();
    }
}
