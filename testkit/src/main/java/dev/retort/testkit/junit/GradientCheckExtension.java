package dev.retort.testkit.junit;

import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Makes one test for each backend and dtype out of a method with {@link GradientChecked}. */
final class GradientCheckExtension implements TestTemplateInvocationContextProvider {
    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getTestMethod(), GradientChecked.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        Method method = context.getRequiredTestMethod();
        GradientChecked settings =
                AnnotationSupport.findAnnotation(method, GradientChecked.class).orElseThrow();
        validate(method, settings);
        Set<String> required = required(context);
        return plan(settings).stream().map(check -> new GradientCheckInvocation(check, settings, required));
    }

    /** The backend that all are held against comes first, in float64: without it, the others mean nothing. */
    private static List<PlannedCheck> plan(GradientChecked settings) {
        Set<PlannedCheck> plan = new LinkedHashSet<>();
        plan.add(new PlannedCheck(settings.against(), DType.F64, settings.against()));
        for (String backend : backends(settings)) {
            for (DType dtype : settings.dtypes()) {
                plan.add(new PlannedCheck(backend, dtype, settings.against()));
            }
        }
        return new ArrayList<>(plan);
    }

    private static List<String> backends(GradientChecked settings) {
        if (settings.backends().length > 0) {
            return List.of(settings.backends());
        }
        return Backends.providers().stream()
                .filter(provider -> provider.usability().usable())
                .map(BackendProvider::name)
                .toList();
    }

    private static Set<String> required(ExtensionContext context) {
        return context.getConfigurationParameter(GradientChecked.REQUIRED)
                .map(names -> Arrays.stream(names.split(",")).map(String::strip).collect(Collectors.toSet()))
                .orElse(Set.of());
    }

    private static void validate(Method method, GradientChecked settings) {
        Refusal refusal = new Refusal(method);
        refusal.when(
                method.isAnnotationPresent(Test.class),
                "@Test stands beside it and would run the method once more, without a backend: remove @Test");
        refusal.when(
                Arrays.stream(method.getParameterTypes()).noneMatch(GradientChecker.class::equals),
                "the method has no parameter of type GradientChecker to check a function with: add one");
        refusal.when(settings.dtypes().length == 0, "dtypes is empty: name F64, F32 or both");
        for (DType dtype : settings.dtypes()) {
            refusal.when(!dtype.isFloating(), "dtypes names " + dtype + ", and only F64 and F32 have gradients");
        }
        refusal.when(settings.samples() < 1, "samples is " + settings.samples() + ": it must be at least 1");
        refusal.when(
                !(settings.tolerance() > 0), "tolerance is " + settings.tolerance() + ": it must be greater than 0");
        refusal.when(settings.terms() < 0, "terms is " + settings.terms() + ": it must be at least 1");
        refusal.when(
                !(settings.magnitude() > 0), "magnitude is " + settings.magnitude() + ": it must be greater than 0");
        List<String> known =
                Backends.providers().stream().map(BackendProvider::name).toList();
        for (String name : settings.backends()) {
            refusal.when(!known.contains(name), "there is no backend '" + name + "' to check; there are " + known);
        }
        refusal.when(
                !known.contains(settings.against()),
                "there is no backend '" + settings.against() + "' to check against; there are " + known);
    }

    /** Says what is wrong with an annotation, and where. */
    private record Refusal(Method method) {
        void when(boolean wrong, String why) {
            if (wrong) {
                throw new ExtensionConfigurationException("@GradientChecked on "
                        + method.getDeclaringClass().getSimpleName() + "." + method.getName() + ": " + why);
            }
        }
    }
}
