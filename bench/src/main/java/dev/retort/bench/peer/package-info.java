/** Other libraries that do the same work on request. */
package dev.retort.bench.peer;
