/** What {@code retort gradcheck} checks and the pages that it writes. */
package dev.retort.cli.gradcheck;
