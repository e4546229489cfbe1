package dev.retort.kernels.gradients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Backends;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import dev.retort.testkit.gradients.GradientMatrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every rule against central differences on the reference backend, and every usable backend's gradients against it. With
 * {@code -Dretort.rules.all=true} every case runs on backends that only a request chooses, such as OpenCL on a CPU; {@code retort gradcheck}
 * does that too. {@code -Dretort.rules.only=simd} names the backends to check.
 */
@Tag("smoke")
class RulesTest {
    private static final String ALL = "retort.rules.all";
    private static final String ONLY = "retort.rules.only";

    /** One of each, because some take long to open. */
    private static final Map<String, Backend> OPEN = new HashMap<>();

    @AfterAll
    static void close() {
        OPEN.values().forEach(Backend::close);
        OPEN.clear();
    }

    @TestFactory
    List<DynamicTest> gradientsOfEveryCaseOnEveryBackend() {
        List<DynamicTest> tests = new ArrayList<>();
        for (BackendProvider provider : Backends.providers()) {
            if (isAsked(provider.name()) && provider.usability().usable()) {
                for (OperationCase c : cases(provider)) {
                    tests.add(DynamicTest.dynamicTest(
                            provider.name() + ": " + c.name(), () -> check(provider.name(), c)));
                }
            }
        }
        return tests;
    }

    private static boolean isAsked(String name) {
        String asked = System.getProperty(ONLY, "");
        return asked.isEmpty() || List.of(asked.split(",")).contains(name);
    }

    /** All cases of a backend that may be the automatic choice; of another, where that takes minutes, the first of each operation. */
    private static List<OperationCase> cases(BackendProvider provider) {
        List<OperationCase> all = OperationCases.differentiable();
        if (provider.usability().automatic() || Boolean.getBoolean(ALL)) {
            return all;
        }
        Map<String, OperationCase> first = new LinkedHashMap<>();
        all.forEach(c -> first.putIfAbsent(c.operation(), c));
        return List.copyOf(first.values());
    }

    private static void check(String name, OperationCase c) {
        Backend backend = OPEN.computeIfAbsent(name, Backends::create);
        try (Backend oracle = Backends.create("reference")) {
            assertThat(new GradientMatrix(backend, oracle, 17).check(c)).allMatch(GradientMatrix.Cell::pass);
            assertThat(backend.memory().liveBytes()).isZero();
        }
    }
}
