package dev.retort.kernels.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector width of this process, fixed when first used: a constant to the JIT. */
final class VectorWidth {
    /** System property with the width in bits: 512, 256 or 128. Without it the widest that the processor has is used. */
    static final String BITS_PROPERTY = "retort.simd.bits";

    /** The species of every float vector. */
    static final VectorSpecies<Float> FLOATS = choose(System.getProperty(BITS_PROPERTY));

    private VectorWidth() {}

    private static VectorSpecies<Float> choose(String bits) {
        if (bits == null) {
            return FloatVector.SPECIES_PREFERRED;
        }
        return switch (bits) {
            case "512" -> FloatVector.SPECIES_512;
            case "256" -> FloatVector.SPECIES_256;
            case "128" -> FloatVector.SPECIES_128;
            default ->
                throw new IllegalArgumentException(
                        "Property " + BITS_PROPERTY + " must be 512, 256 or 128, not '" + bits + "'");
        };
    }
}
