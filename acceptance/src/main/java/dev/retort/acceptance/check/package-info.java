/** {@code retort gpu-check}: all that is to be seen of a device, part by part in processes with a time limit. */
package dev.retort.acceptance.check;
