package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.conformance.Conformance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Every fault that can be planted in a backend: each kind, in each operation to which it applies, in each way it can go. Nothing
 * is picked by hand: a new operation gets its faults from its signature and from what it does in its cases.
 *
 * @param faults in the order of the operations
 * @param excluded for each reason, the operations whose results a kind cannot change
 */
record Plan(List<Fault> faults, Map<String, List<Target>> excluded, Map<Target, Traits> traits) {

    static Plan of(Backend inner, Conformance kit) {
        Plan plan = new Plan(new ArrayList<>(), new LinkedHashMap<>(), Observations.of(inner, kit));
        plan.traits.forEach((target, traits) -> {
            if (!traits.cases.isEmpty()) {
                Planter planter = new Planter(plan, target, traits);
                if (!target.isView()) {
                    ResultFaults.plant(planter);
                    OperandFaults.plant(planter);
                }
                ArgumentFaults.plant(planter);
                MemoryFaults.plant(planter);
                ContractFaults.plant(planter);
            }
        });
        return plan;
    }

    /** Adds faults for one operation. */
    record Planter(Plan plan, Target target, Traits traits) {
        void add(Kind kind, String variant, Fault.Plant plant) {
            plan.faults.add(new Fault(kind, target, variant, plant));
        }

        void add(Kind kind, Fault.Plant plant) {
            add(kind, "", plant);
        }

        /** Notes that a kind cannot change what this operation returns, and why. */
        void exclude(Kind kind, String reason) {
            plan.excluded
                    .computeIfAbsent(kind.title() + ": " + reason, r -> new ArrayList<>())
                    .add(target);
        }

        /** One fault for each tensor parameter. */
        void addForOperands(Kind kind, Edit edit) {
            for (int place : target.tensorParameters()) {
                addForOperand(kind, place, edit);
            }
        }

        void addForOperand(Kind kind, int place, Edit edit) {
            add(kind, name(place), call -> call.proceedEdited(place, edit));
        }

        /** The operand is broadcast in a way of its own. */
        void addForOperandAs(Kind kind, int place, BiFunction<Values, Shape, Values> broadcast) {
            add(kind, name(place), call -> {
                Tensor x = call.operand(place);
                Shape common = BroadcastFaults.common(call);
                if (x == null || x.size() == 0 || common == null || x.shape().equals(common)) {
                    return call.proceed();
                }
                Values wide = broadcast.apply(Values.of(call.inner(), x), common);
                return call.proceed(call.with(place, wide.upload(call.inner())));
            });
        }

        String name(int place) {
            return target.parameter(place).getName();
        }
    }
}
