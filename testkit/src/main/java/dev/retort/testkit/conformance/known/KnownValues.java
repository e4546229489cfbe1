package dev.retort.testkit.conformance.known;

import java.util.ArrayList;
import java.util.List;

/** All calls whose results are known without a backend. */
public final class KnownValues {
    private static final List<KnownCase> ALL = make();

    private KnownValues() {}

    /** Functions to within so many units in the last place; integers, places and movement to the bit. */
    public static List<KnownCase> all() {
        return ALL;
    }

    private static List<KnownCase> make() {
        List<KnownCase> cases = new ArrayList<>();
        KnownFunctions.add(cases);
        KnownPowers.add(cases);
        KnownIntegers.add(cases);
        KnownReductions.add(cases);
        KnownPlaces.add(cases);
        KnownMovement.add(cases);
        return List.copyOf(cases);
    }
}
