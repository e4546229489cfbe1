package dev.retort.acceptance.golden;

/**
 * Runs one golden case: computes from its {@code in.*}, {@code param.*} and {@code gout.*} tensors and hands every
 * {@code out.*} and {@code grad.*} tensor's counterpart to one of {@link GoldenCase}'s {@code expect} methods.
 */
@FunctionalInterface
public interface GoldenCheck {
    /** Fails with an {@link AssertionError} where the case is not met. */
    void check(GoldenCase golden) throws Exception;
}
