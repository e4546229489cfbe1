/** The commands that this module adds to {@code retort}. */
package dev.retort.acceptance.cli;
