package dev.retort.testkit.gradients;

import dev.retort.autograd.Tape;
import dev.retort.autograd.TapeGraph;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UndeclaredOperationException;
import dev.retort.testkit.cases.BadInput;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What is known of every operation, found out by running its cases: nothing here is written down by hand, so nothing can
 * go stale.
 */
public final class OperationTable {
    private static final long SEED = 1;

    private final Backend reference;
    private final Collection<Backend> backends;

    /**
     * @param reference on which the tape records: it declares every operation in float64
     * @param backends the backends to ask for what they declare
     */
    public OperationTable(Backend reference, Collection<Backend> backends) {
        this.reference = reference;
        this.backends = backends;
    }

    /**
     * How an operation's gradient comes about.
     *
     * @param rules the names of the rules that a tape records for the operation's cases, each once
     */
    public record Gradient(Kind kind, List<String> rules) {}

    /** What a tape does with an operation. */
    public enum Kind {
        /** Records the operation, with a rule of its own: one, or one for each function of a family. */
        OWN,
        /** Records the operations that its default is composed of. */
        COMPOSED,
        /** Records nothing: the result is a constant. */
        NONE,
        /** Throws when an operand is tracked: it writes in place, or there is no rule. */
        REFUSED
    }

    /**
     * One operation.
     *
     * @param core whether a backend must bring it; otherwise its default is composed of core operations
     * @param dtypes which the reference declares it for, or a composed operation's cases run in
     * @param declared for each backend the dtypes that it declares, or in which a composed operation's first case runs there
     * @param cases how many cases the conformance kit runs, each in all dtypes that it has
     * @param gradientCases how many of them have a gradient to check
     * @param badInputs how many calls the kit wants to be refused
     */
    public record Row(
            String operation,
            boolean core,
            Set<DType> dtypes,
            Map<String, Set<DType>> declared,
            Gradient gradient,
            int cases,
            int gradientCases,
            int badInputs) {}

    /** One row for each core operation, in their order, then one for each composed one, by name. */
    public List<Row> rows() {
        Map<String, List<OperationCase>> cases = new LinkedHashMap<>();
        for (Operation operation : Operation.values()) {
            cases.put(operation.name(), new ArrayList<>());
        }
        Set<String> core = Set.copyOf(cases.keySet());
        OperationCases.all().stream()
                .sorted(Comparator.comparing(OperationCase::operation, String.CASE_INSENSITIVE_ORDER))
                .forEach(c -> cases.computeIfAbsent(c.operation(), name -> new ArrayList<>())
                        .add(c));
        Map<String, Long> bad =
                OperationCases.bad().stream().collect(Collectors.groupingBy(BadInput::call, Collectors.counting()));
        List<Row> rows = new ArrayList<>();
        cases.forEach((name, own) -> rows.add(
                row(name, core.contains(name), own, bad.getOrDefault(name, 0L).intValue())));
        return rows;
    }

    private Row row(String name, boolean core, List<OperationCase> cases, int bad) {
        BiPredicate<Backend, DType> declares = core
                ? (backend, dtype) -> backend.supports(Operation.valueOf(name), dtype)
                : (backend, dtype) -> runs(backend, cases, dtype);
        Map<String, Set<DType>> declared = new LinkedHashMap<>();
        backends.forEach(backend -> declared.put(backend.name(), where(dtype -> declares.test(backend, dtype))));
        Set<DType> dtypes = where(dtype -> declares.test(reference, dtype));
        int gradients =
                (int) cases.stream().filter(c -> !c.differentiable().isEmpty()).count();
        return new Row(name, core, dtypes, declared, gradient(name, core, cases), cases.size(), gradients, bad);
    }

    private static Set<DType> where(Predicate<DType> condition) {
        return Arrays.stream(DType.values())
                .filter(condition)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(DType.class)));
    }

    private static boolean runs(Backend backend, List<OperationCase> cases, DType dtype) {
        Optional<OperationCase> first =
                cases.stream().filter(c -> c.dtypes().contains(dtype)).findFirst();
        try (Scope scope = Scope.open()) {
            first.ifPresent(c -> c.apply(c.inputs(backend, dtype, SEED)));
            return first.isPresent();
        } catch (UndeclaredOperationException undeclared) {
            return false;
        }
    }

    /** A tape that overrides an operation records its rule first; else the first rule is of an operation of the default. */
    private Gradient gradient(String name, boolean core, List<OperationCase> cases) {
        List<List<String>> recorded = new ArrayList<>();
        for (OperationCase c : cases) {
            if (c.dtypes().contains(DType.F64)) {
                try {
                    recorded.add(recorded(c));
                } catch (IllegalStateException | UnsupportedOperationException refused) {
                    return new Gradient(Kind.REFUSED, List.of());
                }
            }
        }
        recorded.removeIf(List::isEmpty);
        if (recorded.isEmpty()) {
            return new Gradient(Kind.NONE, List.of());
        }
        String ruleName = name.replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
        boolean own = core || recorded.stream().allMatch(rules -> rules.get(0).equals(ruleName));
        return new Gradient(
                own ? Kind.OWN : Kind.COMPOSED,
                recorded.stream()
                        .flatMap(rules -> own ? rules.stream().limit(1) : rules.stream())
                        .distinct()
                        .toList());
    }

    /**
     * The rules that a tape records for one case, in the order of their recording, when its differentiable operands are
     * watched; where it has none, all floating ones, so that a rule without a check is seen.
     */
    private List<String> recorded(OperationCase c) {
        try (Tape tape = Tape.on(reference)) {
            List<Tensor> inputs = c.inputs(reference, DType.F64, SEED);
            List<Integer> watched = c.differentiable();
            for (int i = 0; i < inputs.size(); i++) {
                boolean floating = inputs.get(i).dtype().isFloating();
                if (watched.isEmpty() ? floating : watched.contains(i)) {
                    inputs.set(i, tape.watch(inputs.get(i)));
                }
            }
            c.apply(inputs);
            return tape.graph().entries().stream()
                    .filter(entry -> !entry.leaf())
                    .map(TapeGraph.Entry::name)
                    .toList();
        }
    }
}
