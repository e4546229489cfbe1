package dev.retort.detection.model;

import dev.retort.nn.BuildContext;

/**
 * A kind of detector, found by {@link java.util.ServiceLoader}: a recipe names it as {@code model.kind}. A new detector is a
 * package with one of these and a line in {@code META-INF/services}.
 *
 * @param <S> settings of this kind alone: a record whose components are keys of the section {@code model}, beside those of
 *     {@link ModelSettings}
 */
public interface DetectionModelProvider<S extends Record> {
    /** The name in recipes and files: lower-case letters and digits. */
    String kind();

    /** The kind's own settings with their defaults. A value out of range is refused by the record's constructor. */
    S defaults();

    /**
     * Builds a network with weights drawn by the context.
     *
     * @param numClasses K, background not counted
     */
    DetectionModel create(BuildContext context, ModelSettings settings, S own, int numClasses);
}
