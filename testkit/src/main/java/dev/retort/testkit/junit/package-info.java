/** The JUnit extension for gradient checks. Begin with {@link dev.retort.testkit.junit.GradientChecked}. */
package dev.retort.testkit.junit;
