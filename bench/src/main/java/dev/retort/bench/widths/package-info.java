/** Vector widths and JDKs in fresh JVMs. */
package dev.retort.bench.widths;
