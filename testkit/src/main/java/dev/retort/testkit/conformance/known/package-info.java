/** Values that are known without any backend, from series, integers and positions. */
package dev.retort.testkit.conformance.known;
