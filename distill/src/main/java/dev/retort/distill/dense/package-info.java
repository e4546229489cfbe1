/** What distillation of predictions shares: {@link dev.retort.distill.dense.DensePair} and losses that compare place with place. */
package dev.retort.distill.dense;
