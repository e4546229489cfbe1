package dev.retort.testkit.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.ComposedOperations;
import dev.retort.tensor.CoreOperations;
import dev.retort.tensor.Operation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@link OperationCases} is the list of operations that tools print and test: it misses none. A core operation is named by its
 * {@link Operation}, a composed one by its method.
 */
class OperationListTest {
    /** What takes any floating tensor, any shape or any dtype: there is nothing to refuse. */
    private static final Set<String> NOTHING_TO_REFUSE = Set.of("CAST", "UNARY", "nonzero", "silu", "leakyRelu");

    private static Set<String> names(Method... methods) {
        return Arrays.stream(methods).map(Method::getName).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String constant(String method) {
        return method.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    }

    /** Every operation as a case names it. */
    private static Set<String> operations() {
        Set<String> core = names(CoreOperations.class.getMethods());
        return names(ComposedOperations.class.getMethods()).stream()
                .map(name -> core.contains(name) ? constant(name) : name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyCoreOperationHasItsConstant() {
        Set<String> constants =
                Arrays.stream(Operation.values()).map(Enum::name).collect(Collectors.toCollection(TreeSet::new));
        assertThat(names(CoreOperations.class.getMethods()).stream()
                        .map(OperationListTest::constant)
                        .collect(Collectors.toSet()))
                .isEqualTo(constants);
    }

    @Test
    void everyOperationHasACase() {
        Set<String> cases = OperationCases.all().stream()
                .map(OperationCase::operation)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(cases).isEqualTo(operations());
    }

    @Test
    void everyOperationRefusesSomething() {
        Set<String> refused =
                OperationCases.bad().stream().map(BadInput::call).collect(Collectors.toCollection(TreeSet::new));
        Set<String> expected = new TreeSet<>(operations());
        expected.removeAll(NOTHING_TO_REFUSE);
        assertThat(refused).isEqualTo(expected);
    }

    @Test
    void noTwoCasesShareAName() {
        assertThat(repeated(OperationCases.all().stream().map(OperationCase::name)))
                .isEmpty();
        assertThat(repeated(OperationCases.bad().stream().map(BadInput::name))).isEmpty();
    }

    private static List<String> repeated(Stream<String> names) {
        Set<String> seen = new TreeSet<>();
        return names.filter(name -> !seen.add(name)).toList();
    }
}
