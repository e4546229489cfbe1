package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;

/**
 * One fault: a kind, the operation it is planted in, and which of several ways.
 *
 * @param variant the operand, option or result that is meant; empty if there is but one way
 */
record Fault(Kind kind, Target target, String variant, Plant plant) {
    /** How a fault answers a call. */
    @FunctionalInterface
    interface Plant {
        Object answer(Call call) throws Throwable;

        /** What the faulty backend declares. */
        default boolean supports(boolean truly, Operation operation, DType dtype) {
            return truly;
        }
    }

    @Override
    public String toString() {
        return kind.title() + ": " + target + (variant.isEmpty() ? "" : " (" + variant + ")");
    }
}
