/**
 * Random numbers that depend on a seed, a purpose and a counter alone, and not on order or threads. Begin with
 * {@link dev.retort.tensor.random.CounterRandom}.
 */
package dev.retort.tensor.random;
