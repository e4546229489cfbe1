package dev.retort.autograd.junit;

import dev.retort.tensor.DType;

/**
 * One test: gradients in float64 are held against differences, those in float32 against a backend's in float64.
 *
 * @param against the backend whose float64 gradients are taken for right
 */
record PlannedCheck(String backend, DType dtype, String against) {
    /** Its name in reports, such as {@code simd F32 against reference F64}. */
    @Override
    public String toString() {
        return backend + " " + dtype + " against "
                + (dtype == DType.F64 ? "central differences" : against + " " + DType.F64);
    }
}
