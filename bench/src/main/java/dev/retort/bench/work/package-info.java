/** What is timed: operations, layers, inference, a step of distillation. */
package dev.retort.bench.work;
