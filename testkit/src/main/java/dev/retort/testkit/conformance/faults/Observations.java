package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.BadInput;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import dev.retort.testkit.conformance.Conformance;
import dev.retort.testkit.conformance.faults.Traits.CaseIn;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs every case once over a sound backend and notes what the operations do: which case calls which, on what. */
final class Observations {
    private final Map<Target, Traits> traits = new LinkedHashMap<>();
    private final Backend inner;
    private CaseIn current;
    private BadInput bad;

    private Observations(Backend inner) {
        this.inner = inner;
    }

    static Map<Target, Traits> of(Backend inner, Conformance kit) {
        Observations observations = new Observations(inner);
        Target.all().forEach(target -> observations.traits.put(target, new Traits()));
        Backend observed = FaultyBackend.observed(inner, observations::note);
        for (OperationCase c : OperationCases.all()) {
            for (DType dtype : c.dtypes()) {
                if (kit.declares(c, dtype)) {
                    observations.current = new CaseIn(c, dtype);
                    try (Scope scope = Scope.open()) {
                        List<Tensor> results = c.apply(c.inputs(observed, dtype, 1));
                        observations.downloads(results);
                    }
                }
            }
        }
        observations.current = null;
        for (BadInput b : OperationCases.bad()) {
            if (kit.declares(b)) {
                observations.bad = b;
                try (Scope scope = Scope.open()) {
                    b.action().accept(observed);
                } catch (ShapeException expected) {
                    observations.bad = null;
                }
            }
        }
        return observations.traits;
    }

    /** The kit reads what comes out. */
    private void downloads(List<Tensor> results) {
        for (Tensor y : results) {
            Values.of(y.backend(), y);
        }
    }

    private Object note(Call call) throws Throwable {
        Traits t = traits.get(call.target());
        if (bad != null) {
            return noteBad(call, t);
        }
        Map<Integer, Integer> versions = new HashMap<>();
        for (int place : call.target().tensorParameters()) {
            if (call.operand(place) != null) {
                versions.put(place, call.operand(place).storage().version());
            }
        }
        Object result = call.proceed();
        t.cases.add(current);
        List<Tensor> results = Call.tensors(result);
        for (int place : call.target().tensorParameters()) {
            Tensor x = call.operand(place);
            if (x != null) {
                t.operandTypes.computeIfAbsent(place, p -> new HashSet<>()).add(x.dtype());
                t.ranks.merge(place, x.shape().rank(), Math::max);
            }
        }
        results.forEach(y -> t.resultTypes.add(y.dtype()));
        versions.forEach((place, version) -> {
            if (call.operand(place).storage().version() > version) {
                t.resultTypes.add(call.operand(place).dtype());
            } else {
                t.unwritten.add(place);
            }
        });
        boolean own = current.c().operation().equals(call.target().operation());
        t.accumulates |=
                own && (current.c().accuracy().length() > 1 || call.target().member() == ReduceOp.MEAN);
        if (!results.isEmpty()) {
            noteBroadcast(call, t, results);
            noteResult(call, t, results);
        }
        return result;
    }

    private Object noteBad(Call call, Traits t) throws Throwable {
        try {
            return call.proceed();
        } catch (ShapeException e) {
            t.bad.add(bad);
            throw e;
        }
    }

    private static void noteBroadcast(Call call, Traits t, List<Tensor> results) throws Throwable {
        Shape common = BroadcastFaults.common(call);
        boolean fits = results.size() == 1 && results.get(0).shape().equals(common);
        t.elementwise &= fits;
        for (int place : call.target().tensorParameters()) {
            Tensor x = call.operand(place);
            if (fits && x != null && x.size() > 0 && x.size() < common.size()) {
                Values wide = BroadcastFaults.rightly(Values.of(call.inner(), x), common);
                if (takes(call, place, wide, results.get(0))) {
                    t.broadcast.add(place);
                    Values block = BroadcastFaults.asModulus(Values.of(call.inner(), x), common);
                    if (!block.sameBits(wide)) {
                        t.broadcastInside.add(place);
                    }
                }
            }
        }
    }

    /** Whether the operand may also be given at full size, which is how a wrong broadcast is planted. */
    private static boolean takes(Call call, int place, Values wide, Tensor result) throws Throwable {
        try {
            Tensor same = (Tensor) call.proceed(call.with(place, wide.upload(call.inner())));
            return Values.of(call.inner(), same).sameBits(Values.of(call.inner(), result));
        } catch (ShapeException refused) {
            return false;
        }
    }

    private void noteResult(Call call, Traits t, List<Tensor> results) throws Throwable {
        Tensor first = call.operands().isEmpty() ? null : call.operands().get(0);
        boolean named =
                Arrays.asList(call.target().method().getParameterTypes()).contains(DType.class);
        boolean places = first != null
                && !named
                && first.dtype().isFloating()
                && results.stream().anyMatch(y -> y.dtype().isIndex());
        t.givesPlaces |= places;
        if (places && t.chooses) {
            List<Tensor> chosen = Call.tensors(OperandFaults.choosing(call, false));
            for (int i = 0; i < chosen.size(); i++) {
                t.chooses &= Values.of(inner, chosen.get(i)).sameBits(Values.of(inner, results.get(i)));
            }
        }
        for (Tensor y : results) {
            for (Tensor x : call.operands()) {
                t.fitsOperand |= y.dtype() == x.dtype() && y.shape().equals(x.shape());
                t.mayChangeNothing |= y.size() > 0
                        && y.storage() != x.storage()
                        && Values.of(inner, x).sameBits(Values.of(inner, y));
            }
        }
        List<Integer> pair = ArgumentFaults.exchangeable(call);
        if (!t.exchangeable && !pair.isEmpty()) {
            try {
                Tensor exchanged = Call.tensors(ArgumentFaults.exchanged(call)).get(0);
                t.exchangeable = !Values.of(inner, exchanged).sameBits(Values.of(inner, results.get(0)));
            } catch (ShapeException differs) {
                t.exchangeable = true;
            }
        }
    }
}
