package dev.retort.kernels.gradients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.DType;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.Operand;
import dev.retort.testkit.junit.GradientChecked;
import dev.retort.testkit.junit.GradientChecker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.engine.Constants;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** The extension, run by a JUnit of its own: what passes, fails, is skipped and is refused, and in which words. */
class GradientCheckedTest {
    @TempDir
    private Path folder;

    /** What a user would write, right and wrong; {@link #run} runs one method at a time. */
    @Disabled("run by the tests around it")
    static class Subjects {
        @GradientChecked(backends = {"reference", "simd"})
        void right(GradientChecker gradients) {
            gradients.check(
                    x -> x.get(0).mul(x.get(1)).sigmoid().sum(-1),
                    Operand.uniform(4, 6),
                    Operand.uniform(6).constant());
        }

        /** The slope of x^2 is 2x; with one factor cut off, it is x. The worst is the place of the largest |x|. */
        @GradientChecked(backends = "simd")
        void wrong(GradientChecker gradients) {
            gradients.check(x -> x.get(0).mul(x.get(0).detach()), Operand.between(0.5, 1, 1));
        }

        @GradientChecked(backends = "faulty")
        void wrongOnOneBackend(GradientChecker gradients) {
            gradients.check(x -> x.get(0).backend().cumsum(x.get(0), 0), Operand.uniform(13));
        }

        @GradientChecked(
                backends = {"absent", "reference"},
                dtypes = DType.F32)
        void absent(GradientChecker gradients) {
            gradients.check(x -> x.get(0).exp(), Operand.uniform(3));
        }

        @GradientChecked(backends = "reference", dtypes = DType.F64, secondOrder = true)
        void secondOrder(GradientChecker gradients) {
            gradients.check(x -> x.get(0).square().mul(x.get(0)), Operand.uniform(3));
        }

        /** x^3, and its gradient 3x^2 is right, but made of numbers that no tape knows. */
        @GradientChecked(backends = "reference", dtypes = DType.F64, secondOrder = true)
        void wrongInSecondOrder(GradientChecker gradients) {
            gradients.check(
                    x -> {
                        Tensor constant = x.get(0).detach();
                        Tensor cube = constant.square().mul(constant);
                        return x.get(0).mul(constant.square().mul(3)).sub(cube.mul(2));
                    },
                    Operand.between(0.5, 1, 3));
        }

        @GradientChecked(backends = "faulty")
        void undeclared(GradientChecker gradients) {
            gradients.check(x -> x.get(1).where(x.get(0), x.get(0).neg()), Operand.uniform(3), Operand.mask(3));
        }

        @GradientChecked
        void everyUsableBackend(GradientChecker gradients) {
            gradients.check(x -> x.get(0).exp(), Operand.uniform(3));
        }

        @GradientChecked(backends = "smid")
        void unknown(GradientChecker gradients) {
            throw new AssertionError("not to be run");
        }

        @GradientChecked(dtypes = {})
        void noType(GradientChecker gradients) {
            throw new AssertionError("not to be run");
        }

        @GradientChecked(dtypes = DType.I64)
        void integers(GradientChecker gradients) {
            throw new AssertionError("not to be run");
        }

        @GradientChecked(samples = 0)
        void noSamples(GradientChecker gradients) {
            throw new AssertionError("not to be run");
        }

        @GradientChecked
        void noChecker() {
            throw new AssertionError("not to be run");
        }

        @GradientChecked(backends = "reference", dtypes = DType.F64)
        void checksNothing(GradientChecker gradients) {
            assertThat(gradients).isNotNull();
        }

        @GradientChecked(backends = "reference", dtypes = DType.F64)
        void onlyConstants(GradientChecker gradients) {
            gradients.check(x -> x.get(0), Operand.uniform(3).constant());
        }

        @GradientChecked(backends = "reference", dtypes = DType.F64)
        void twoChecks(GradientChecker gradients) {
            gradients.check(Subjects::doubled, Operand.uniform(3));
            gradients.check(Subjects::doubled, Operand.uniform(4));
        }

        private static Tensor doubled(List<Tensor> x) {
            return x.get(0).mul(2);
        }
    }

    private EngineExecutionResults run(String method, String... required) throws IOException {
        EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter")
                .selectors(DiscoverySelectors.selectMethod(
                        Subjects.class,
                        Arrays.stream(Subjects.class.getDeclaredMethods())
                                .filter(m -> m.getName().equals(method))
                                .findFirst()
                                .orElseThrow()));
        kit.configurationParameter(
                Constants.DEACTIVATE_CONDITIONS_PATTERN_PROPERTY_NAME, "org.junit.*DisabledCondition");
        if (required.length > 0) {
            kit.configurationParameter(GradientChecked.REQUIRED, String.join(", ", required));
        }
        EngineExecutionResults[] results = new EngineExecutionResults[1];
        OddProviders.with(folder, () -> results[0] = kit.execute());
        return results[0];
    }

    private static List<String> names(EngineExecutionResults results) {
        return results.testEvents()
                .finished()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .toList();
    }

    /** The name of the first failed test or container, and why it failed. */
    private static String failure(EngineExecutionResults results) {
        Event failed = results.allEvents().failed().list().get(0);
        return failed.getTestDescriptor().getDisplayName() + ": " + cause(failed);
    }

    private static String cause(Event event) {
        return event.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .orElseThrow()
                .getMessage();
    }

    @Test
    void oneTestForEachBackendAndType() throws IOException {
        EngineExecutionResults results = run("right");
        assertThat(results.testEvents().failed().count()).isZero();
        assertThat(names(results))
                .containsExactly(
                        "reference F64 against central differences",
                        "reference F32 against reference F64",
                        "simd F64 against central differences and reference",
                        "simd F32 against reference F64");
        assertThat(run("twoChecks").testEvents().succeeded().count()).isEqualTo(1);
    }

    @Test
    void withoutNamesEveryUsableBackendIsChecked() throws IOException {
        assertThat(names(run("everyUsableBackend")))
                .contains("simd F32 against reference F64", "faulty F32 against reference F64")
                .noneMatch(name -> name.startsWith("absent"));
    }

    @Test
    void aWrongGradientFailsAndIsPlaced() throws IOException {
        EngineExecutionResults results = run("wrong");
        assertThat(failure(results))
                .startsWith("reference F64 against central differences: ")
                .contains("DISAGREE")
                .containsPattern("operand 0, worst at 0 \\[0\\]: analytic 0\\.\\d+, numeric [01]\\.\\d+, error");
    }

    @Test
    void aBackendWithAWrongKernelFailsAloneInBothTypes() throws IOException {
        EngineExecutionResults results = run("wrongOnOneBackend");
        List<Event> failed = results.testEvents().failed().list();
        assertThat(failed)
                .extracting(event -> event.getTestDescriptor().getDisplayName())
                .containsExactly(
                        "faulty F64 against central differences and reference", "faulty F32 against reference F64");
        assertThat(cause(failed.get(0))).contains("operand 0, worst at 6 [6]: analytic ");
        assertThat(cause(failed.get(1))).contains("the result DISAGREES", "worst at [6] of [13]: ", "error 0.1");
    }

    @Test
    void gradientsOfGradientsAreChecked() throws IOException {
        assertThat(run("secondOrder").testEvents().succeeded().count()).isEqualTo(1);
        assertThat(failure(run("wrongInSecondOrder"))).contains("second order: gradients DISAGREE");
    }

    @Test
    void whatCannotRunIsSkippedWithItsReason() throws IOException {
        EngineExecutionResults absent = run("absent");
        assertThat(absent.testEvents().succeeded().count()).isEqualTo(2);
        assertThat(absent.testEvents().aborted().list()).singleElement().satisfies(event -> assertThat(cause(event))
                .contains("Backend 'absent' cannot be used here: there is no such device"));
        EngineExecutionResults undeclared = run("undeclared");
        assertThat(undeclared.testEvents().succeeded().count()).isEqualTo(1);
        assertThat(undeclared.testEvents().aborted().list()).hasSize(2).allSatisfy(event -> assertThat(cause(event))
                .contains("'faulty' does not declare WHERE for F"));
    }

    @Test
    void whatIsRequiredFailsInsteadOfBeingSkipped() throws IOException {
        assertThat(failure(run("absent", "simd", "absent")))
                .startsWith("absent F32 against reference F64: ")
                .contains("there is no such device", GradientChecked.REQUIRED);
        assertThat(run("absent", "simd").testEvents().failed().count()).isZero();
    }

    @Test
    void wrongUseIsToldInWords() throws IOException {
        assertThat(failure(run("unknown")))
                .contains("@GradientChecked on Subjects.unknown: there is no backend 'smid'", "reference");
        assertThat(failure(run("noType"))).contains("dtypes is empty");
        assertThat(failure(run("integers"))).contains("dtypes names I64");
        assertThat(failure(run("noSamples"))).contains("samples is 0");
        assertThat(failure(run("noChecker"))).contains("no parameter of type GradientChecker");
        assertThat(failure(run("checksNothing"))).contains("checksNothing has checked nothing");
        assertThat(failure(run("onlyConstants"))).contains("None of the 1 operands has a gradient");
    }
}
