/** Networks as lists of layers, for counting. */
package dev.retort.bench.network;
