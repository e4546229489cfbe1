package dev.retort.testkit.conformance.faults;

/** A change of values: of an operand before the operation sees it, or of a result before the caller does. */
@FunctionalInterface
interface Edit {
    void apply(Values values, Call call);
}
