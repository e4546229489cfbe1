/** JMH benchmarks of single kernels. */
package dev.retort.bench;
