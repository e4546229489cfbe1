/** The command {@code retort} and its subcommands. Another module adds one by {@link dev.retort.cli.Subcommand}. */
package dev.retort.cli;
