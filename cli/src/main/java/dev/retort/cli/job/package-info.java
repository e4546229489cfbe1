/** Whole jobs: a training in a folder, the demo, an evaluation, with progress and Ctrl-C. */
package dev.retort.cli.job;
