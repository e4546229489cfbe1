package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.DType;
import dev.retort.testkit.cases.BadInput;
import dev.retort.testkit.cases.OperationCase;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an operation is seen to do in the kit's cases, so far as its signature does not say it. */
final class Traits {
    /** A case in one of its dtypes. */
    record CaseIn(OperationCase c, DType dtype) {}

    /** The cases that call the operation. */
    final Set<CaseIn> cases = new LinkedHashSet<>();

    /** The bad inputs that it is called with. */
    final List<BadInput> bad = new ArrayList<>();

    /** Types and largest rank of the tensors at each parameter. */
    final Map<Integer, Set<DType>> operandTypes = new HashMap<>();

    final Map<Integer, Integer> ranks = new HashMap<>();
    final Set<DType> resultTypes = EnumSet.noneOf(DType.class);

    /** Results are sums of several terms. */
    boolean accumulates;

    /** In every call the operands broadcast to the result; these parameters were seen to. */
    boolean elementwise = true;

    final Set<Integer> broadcast = new HashSet<>();
    /** Parameters whose broadcast is more than repeating them as a block. */
    final Set<Integer> broadcastInside = new HashSet<>();

    /** An index comes out, of a type that the call does not name. */
    boolean givesPlaces;

    /** The index depends on the order of the elements alone, and of equal ones the first is meant. */
    boolean chooses = true;

    /** A result was equal to an operand without sharing its memory. */
    boolean mayChangeNothing;

    /** Parameters of one shape and type were seen, and exchanging the first two made a difference. */
    boolean exchangeable;

    /** A result had the shape and type of an operand. */
    boolean fitsOperand;

    /** Parameters of which the memory was not written. */
    final Set<Integer> unwritten = new HashSet<>();

    Set<DType> types(int parameter) {
        return operandTypes.getOrDefault(parameter, Set.of());
    }

    boolean hasFloatingResult() {
        return resultTypes.stream().anyMatch(DType::isFloating);
    }
}
