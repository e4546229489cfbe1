package dev.retort.detection.eval;

/** A class of a data set, with the id that its files use (any number, not an index). */
public record Category(long id, String name) {}
