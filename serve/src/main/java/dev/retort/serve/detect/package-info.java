/**
 * What a service does, without a word of HTTP: models that can be exchanged, images that wait, workers that compute them, and what is
 * refused.
 */
package dev.retort.serve.detect;
