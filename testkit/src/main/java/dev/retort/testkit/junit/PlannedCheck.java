package dev.retort.testkit.junit;

import dev.retort.tensor.DType;

/**
 * One test: gradients in float64 are held against differences; results and gradients of any other backend, and those in
 * float32, against a backend's in float64.
 *
 * @param against the backend whose float64 gradients, once held against differences, are taken for right
 */
record PlannedCheck(String backend, DType dtype, String against) {
    /** Whether another backend's numbers, or those of another type, have a part in it. */
    boolean isComparison() {
        return dtype != DType.F64 || !backend.equals(against);
    }

    /** Its name in reports, such as {@code simd F32 against reference F64}. */
    @Override
    public String toString() {
        String test = backend + " " + dtype + " against ";
        if (dtype != DType.F64) {
            return test + against + " " + DType.F64;
        }
        return test + "central differences" + (isComparison() ? " and " + against : "");
    }
}
