/** The routes of a service: Retort's own under {@code /v1}, the Open Inference Protocol's under {@code /v2}, metrics. */
package dev.retort.serve.api;
