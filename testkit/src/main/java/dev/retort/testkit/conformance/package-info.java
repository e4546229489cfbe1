/**
 * The conformance kit for backends. A subclass of {@link dev.retort.testkit.conformance.BackendConformance} tests one with JUnit;
 * {@link dev.retort.testkit.conformance.Conformance} does without.
 */
package dev.retort.testkit.conformance;
