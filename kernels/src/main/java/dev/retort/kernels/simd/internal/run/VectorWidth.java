package dev.retort.kernels.simd.internal.run;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector width of this process, a constant to the JIT. {@link VectorApi} has checked the setting before. */
public final class VectorWidth {
    /** The species of every float vector. */
    public static final VectorSpecies<Float> FLOATS = choose(System.getProperty(VectorApi.BITS_PROPERTY, ""));
    /** The species of every double vector. */
    public static final VectorSpecies<Double> DOUBLES = FLOATS.withLanes(double.class);

    private VectorWidth() {}

    private static VectorSpecies<Float> choose(String bits) {
        return switch (bits) {
            case "512" -> FloatVector.SPECIES_512;
            case "256" -> FloatVector.SPECIES_256;
            case "128" -> FloatVector.SPECIES_128;
            default -> FloatVector.SPECIES_PREFERRED;
        };
    }
}
