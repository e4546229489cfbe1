/** Progress on the error stream, and metrics.jsonl. */
package dev.retort.cli.progress;
