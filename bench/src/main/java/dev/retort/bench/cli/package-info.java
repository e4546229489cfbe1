/** The command {@code retort bench}. */
package dev.retort.bench.cli;
