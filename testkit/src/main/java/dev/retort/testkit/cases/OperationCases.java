package dev.retort.testkit.cases;

import java.util.List;

/**
 * Every core and every composed operation, called in many ways: odd sizes, empty and broadcast shapes, negative axes, special
 * values. What is added here reaches the conformance tests and the gradient checks of all backends at once.
 */
public final class OperationCases {
    private OperationCases() {}

    /** All cases. */
    public static List<OperationCase> all() {
        CaseList cases = new CaseList();
        ElementwiseCases.add(cases);
        ReductionCases.add(cases);
        MovementCases.add(cases);
        ArrangementCases.add(cases);
        ProductCases.add(cases);
        ConvolutionCases.add(cases);
        IndexingCases.add(cases);
        SelectionCases.add(cases);
        LayerCases.add(cases);
        NormalizationCases.add(cases);
        FocalCases.add(cases);
        LossCases.add(cases);
        InPlaceCases.add(cases);
        return List.copyOf(cases.cases());
    }

    /** Those with a gradient to check. */
    public static List<OperationCase> differentiable() {
        return all().stream().filter(c -> !c.differentiable().isEmpty()).toList();
    }

    /** Calls that must be refused. */
    public static List<BadInput> bad() {
        return BadInputs.all();
    }
}
