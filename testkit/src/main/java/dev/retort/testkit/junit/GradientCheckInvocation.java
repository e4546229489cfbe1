package dev.retort.testkit.junit;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/** One run of a method with {@link GradientChecked}: gives it its {@link GradientChecker} and closes that afterwards. */
record GradientCheckInvocation(PlannedCheck planned, GradientChecked settings, Set<String> required)
        implements TestTemplateInvocationContext, ParameterResolver, AfterTestExecutionCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(GradientCheckInvocation.class);

    @Override
    public String getDisplayName(int invocationIndex) {
        return planned.toString();
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
        return List.of(this);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == GradientChecker.class;
    }

    @Override
    public GradientChecker resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // The store closes it with the test.
        return store(context)
                .computeIfAbsent(
                        GradientChecker.class,
                        key -> new GradientChecker(
                                planned,
                                settings,
                                required.contains(planned.backend()),
                                context.getRequiredTestMethod().getName()),
                        GradientChecker.class);
    }

    /** A method that never asks for a check would be green whatever its gradients are. */
    @Override
    public void afterTestExecution(ExtensionContext context) {
        GradientChecker checker = store(context).get(GradientChecker.class, GradientChecker.class);
        if (context.getExecutionException().isEmpty() && !checker.isUsed()) {
            throw new AssertionError(context.getRequiredTestMethod().getName()
                    + " has checked nothing: call check(function, operands) on its GradientChecker");
        }
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }
}
