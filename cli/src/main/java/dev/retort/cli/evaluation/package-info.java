/** What {@code retort eval} writes: an analysis as JSON, and the page that shows it. */
package dev.retort.cli.evaluation;
