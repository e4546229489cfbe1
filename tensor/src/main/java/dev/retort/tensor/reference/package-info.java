/**
 * The {@code reference} backend: every operation by its formula in float64. It is written to be read and to check others, and never made
 * fast. Begin with {@link dev.retort.tensor.reference.ReferenceBackend}.
 */
package dev.retort.tensor.reference;
