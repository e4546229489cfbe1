package dev.retort.detection.data;

/** A category of a COCO data set. {@code id} is the file's number; class indexes 0..K-1 follow ascending ids. */
public record Category(long id, String name) {}
