/** The demo's report. */
package dev.retort.cli.report;
