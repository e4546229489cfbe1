/** The search for kernel parameters. */
package dev.retort.bench.tune;
