/** Ranks that compute in step: what they exchange, in one process or in several. */
package dev.retort.nn.parallel;
