/** The lower bound (roofline) of a network's time. */
package dev.retort.bench.floor;
