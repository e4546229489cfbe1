/**
 * Gradients of every operation against differences and of one backend against another. Begin with {@link
 * dev.retort.testkit.gradients.GradientMatrix}.
 */
package dev.retort.testkit.gradients;
