package dev.retort.serve.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An inference request as it is read, before it is held against the model.
 *
 * @param id empty if it has none
 * @param parameters of the request: texts, numbers and truth values
 * @param inputs at least one
 * @param outputs those that are asked for; empty for all
 */
record InferRequest(Optional<String> id, Map<String, Object> parameters, List<Input> inputs, List<Output> outputs) {
    /**
     * An input tensor.
     *
     * @param data an array of texts, or of numbers as they are written, row-major; empty if the values follow in binary
     */
    record Input(String name, String datatype, long[] shape, Map<String, Object> parameters, Optional<Values> data) {}

    /** An output that is asked for. */
    record Output(String name, Map<String, Object> parameters) {}

    /**
     * The values of a tensor in JSON, of one kind.
     *
     * @param texts empty if they are numbers
     * @param numbers empty if they are texts
     */
    record Values(List<String> texts, float[] numbers) {}
}
