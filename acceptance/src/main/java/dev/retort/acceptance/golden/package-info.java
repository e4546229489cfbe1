/**
 * The golden runner: cases of expected numbers from other implementations. Begin with {@link
 * dev.retort.acceptance.golden.GoldenRunner}.
 */
package dev.retort.acceptance.golden;
