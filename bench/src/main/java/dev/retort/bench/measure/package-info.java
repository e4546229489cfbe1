/** Timing in turns, medians, tables; the machine's peak and bandwidth. */
package dev.retort.bench.measure;
