/** Trainings that show a device's drift and memory. */
package dev.retort.acceptance.training;
