package dev.retort.testkit.junit;

import dev.retort.tensor.DType;
import dev.retort.testkit.cases.Tolerance;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of the gradient of one's own function on several backends, one test for each backend and dtype. The method takes a
 * {@link GradientChecker} and hands it the function:
 *
 * <pre>{@code
 * @GradientChecked(backends = "simd")
 * void hingeLoss(GradientChecker gradients) {
 *     gradients.check(x -> hinge(x.get(0), x.get(1)), Operand.grid(-2, 2, 0.01, 4, 6), Operand.bits(4, 6));
 * }
 * }</pre>
 *
 * <p>First, the gradients on the backend that the others are held {@link #against} are held against central differences in
 * float64. Then so are those of each other backend in float64, and results and gradients of each, in float64 and in float32,
 * are held against the first one's in float64, at the same values, to what rounding allows ({@link Tolerance}). A
 * backend that does not declare an operation that the function needs is skipped, and the reason printed; so is one that
 * cannot be used here, unless it is {@linkplain #REQUIRED required}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@TestTemplate
@ExtendWith(GradientCheckExtension.class)
public @interface GradientChecked {
    /**
     * The configuration parameter of the JUnit platform (or system property) that names the backends which must be usable,
     * with commas between them: set it where the device is known to be there.
     */
    String REQUIRED = "retort.require";

    /** The backends to check, by name; without any, all that are usable here. */
    String[] backends() default {};

    /** The backend whose float64 gradients, held against differences, are taken for right. */
    String against() default "reference";

    /** F64, F32 or both. */
    DType[] dtypes() default {DType.F64, DType.F32};

    /** Seed of the operands' values, of the projection and of the choice of elements. */
    long seed() default 1;

    /** How many elements of each input differences are taken for, besides the slope along one random direction. */
    int samples() default Integer.MAX_VALUE;

    /** Float64: largest accepted |analytic - numeric| / max(1, |analytic|, |numeric|). */
    double tolerance() default 1e-6;

    /** Float64: whether gradients of gradients are held against differences, too. */
    boolean secondOrder() default false;

    /**
     * Against another backend: how many terms the longest sum in function or gradient has, which rounding errors grow with.
     * Without it, as many as the largest operand has elements.
     */
    long terms() default 0;

    /** Against another backend: the size of those terms. */
    double magnitude() default 1;
}
