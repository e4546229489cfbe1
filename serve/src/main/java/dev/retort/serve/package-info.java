/** Detectors behind HTTP: the command {@code retort serve}, the service as a whole, its metrics. */
package dev.retort.serve;
