/** A case list for every operation: operands, calls, tolerances, and inputs that must be refused. */
package dev.retort.testkit.cases;
