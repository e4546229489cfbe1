/** Protocol buffers, written. */
package dev.retort.detection.proto;
