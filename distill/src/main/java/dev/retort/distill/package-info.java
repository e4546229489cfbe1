/**
 * Distillation of detectors: {@link dev.retort.distill.Distillation} is a method, {@link dev.retort.distill.Distiller} runs those that a
 * recipe names.
 */
package dev.retort.distill;
