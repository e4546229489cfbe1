package dev.retort.nn.weights;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a weight file holds: a tree of plain containers with tensors and plain values. It is finite and of bounded depth and size
 * even where the file refers to one object from many places.
 */
public sealed interface WeightNode {
    /** Values by name, in the file's order. A key that is a number has become its text. */
    record Mapping(Map<String, WeightNode> entries) implements WeightNode {
        /** Of a copy of the entries. */
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /**
         * All tensors below, by the names on the way to them joined with dots, in the file's order. What is no tensor is left out,
         * and so is what lies in lists.
         *
         * @throws WeightFileException if two tensors get one name, as {@code a.b} and {@code b} inside {@code a} do
         */
        public Map<String, WeightTensor> tensors() throws WeightFileException {
            Map<String, WeightTensor> tensors = new LinkedHashMap<>();
            collect("", tensors);
            return tensors;
        }

        private void collect(String prefix, Map<String, WeightTensor> tensors) throws WeightFileException {
            for (Map.Entry<String, WeightNode> entry : entries.entrySet()) {
                String name = prefix + entry.getKey();
                if (entry.getValue() instanceof Mapping mapping) {
                    mapping.collect(name + '.', tensors);
                } else if (entry.getValue() instanceof Tensor tensor && tensors.put(name, tensor.value()) != null) {
                    throw tensor.value().problem("has the name of another one");
                }
            }
        }
    }

    /** A list or a tuple. */
    record Sequence(List<WeightNode> items) implements WeightNode {
        /** Of a copy of the items. */
        public Sequence {
            items = Collections.unmodifiableList(new ArrayList<>(items));
        }
    }

    /** A tensor, whose values stay in the file until they are asked for. */
    record Tensor(WeightTensor value) implements WeightNode {}

    /** A text. */
    record Text(String value) implements WeightNode {}

    /** A whole number. */
    record Whole(long value) implements WeightNode {}

    /** A floating-point number. */
    record Real(double value) implements WeightNode {}

    /** A truth value. */
    record Truth(boolean value) implements WeightNode {}

    /** Python's None. */
    record Nothing() implements WeightNode {}

    /**
     * What is neither weights nor a plain value, such as a training script's options. Nothing of it is kept but what it is, and it
     * was never constructed.
     *
     * @param description the name of its class, or what it is
     */
    record Inert(String description) implements WeightNode {}
}
