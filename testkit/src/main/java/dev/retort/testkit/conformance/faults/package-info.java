/** Faults planted in a backend, which the conformance kit has to find. */
package dev.retort.testkit.conformance.faults;
