package dev.retort.testkit.conformance;

import dev.retort.tensor.DType;
import dev.retort.testkit.conformance.TracingBackend.Capability;
import java.util.List;
import java.util.Set;

/**
 * What a backend owes in one case: values in float64, and how the reference treats memory.
 *
 * @param values the results, exact
 * @param dtypes the results' types
 * @param shares for each result the operands whose memory it may share: a view, or the operand itself
 * @param written the operands that are written in place
 * @param used the core operations that the call consists of
 */
record Expectation(
        List<Result> values,
        List<DType> dtypes,
        List<Set<Integer>> shares,
        Set<Integer> written,
        Set<Capability> used) {}
