package dev.retort.serve.api;

import dev.retort.serve.http.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;

/** Reads the JSON of an inference request piece by piece: numbers become an array of floats, not an object each. */
final class InferReader {
    private static final int FIRST_NUMBERS = 1024;

    private final JsonParser json;

    private InferReader(JsonParser json) {
        this.json = json;
    }

    /**
     * Reads the request in the first {@code length} bytes of a body.
     *
     * @throws dev.retort.serve.detect.ServiceException if it is no such request, saying where
     */
    static InferRequest read(byte[] body, int length) {
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), body, 0, length)) {
            InferReader reader = new InferReader(parser);
            InferRequest request = reader.request();
            if (parser.nextToken() != null) {
                throw Tensors.wrong("There is more behind the request's JSON");
            }
            return request;
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            throw Tensors.wrong("The request is no JSON that is read here: " + e.getOriginalMessage()
                    + (at == null ? "" : ", at line " + at.getLineNr() + ", column " + at.getColumnNr()));
        }
    }

    private InferRequest request() {
        Optional<String> id = Optional.empty();
        Map<String, Object> parameters = Map.of();
        List<InferRequest.Input> inputs = List.of();
        List<InferRequest.Output> outputs = List.of();
        begin(JsonToken.START_OBJECT, "The request", "an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "id" -> id = Optional.of(text("id"));
                case "parameters" -> parameters = parameters();
                case "inputs" -> inputs = inputs();
                case "outputs" -> outputs = outputs();
                default -> json.skipChildren();
            }
        }
        return new InferRequest(id, parameters, inputs, outputs);
    }

    private List<InferRequest.Input> inputs() {
        List<InferRequest.Input> inputs = new ArrayList<>();
        expect(JsonToken.START_ARRAY, "inputs", "an array");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            inputs.add(input());
        }
        return inputs;
    }

    private InferRequest.Input input() {
        Optional<String> name = Optional.empty();
        Optional<String> datatype = Optional.empty();
        Optional<long[]> shape = Optional.empty();
        Map<String, Object> parameters = Map.of();
        Optional<InferRequest.Values> data = Optional.empty();
        expect(JsonToken.START_OBJECT, "An input", "an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "name" -> name = Optional.of(text("an input's name"));
                case "datatype" -> datatype = Optional.of(text("an input's datatype"));
                case "shape" -> shape = Optional.of(shape());
                case "parameters" -> parameters = parameters();
                case "data" -> data = Optional.of(data());
                default -> json.skipChildren();
            }
        }
        return new InferRequest.Input(
                name.orElseThrow(() -> Tensors.wrong("An input lacks its name")),
                datatype.orElseThrow(() -> Tensors.wrong("An input lacks its datatype")),
                shape.orElseThrow(() -> Tensors.wrong("An input lacks its shape")),
                parameters,
                data);
    }

    private List<InferRequest.Output> outputs() {
        List<InferRequest.Output> outputs = new ArrayList<>();
        expect(JsonToken.START_ARRAY, "outputs", "an array");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            Optional<String> name = Optional.empty();
            Map<String, Object> parameters = Map.of();
            expect(JsonToken.START_OBJECT, "An output", "an object");
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "name" -> name = Optional.of(text("an output's name"));
                    case "parameters" -> parameters = parameters();
                    default -> json.skipChildren();
                }
            }
            outputs.add(new InferRequest.Output(
                    name.orElseThrow(() -> Tensors.wrong("An output lacks its name")), parameters));
        }
        return outputs;
    }

    private Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        expect(JsonToken.START_OBJECT, "parameters", "an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (value) {
                case VALUE_STRING -> parameters.put(name, json.getString());
                case VALUE_TRUE, VALUE_FALSE -> parameters.put(name, value == JsonToken.VALUE_TRUE);
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parameters.put(name, json.getNumberValue());
                default -> throw Tensors.wrong("Parameter '" + name + "' must be a text, a number, true or false");
            }
        }
        return parameters;
    }

    private long[] shape() {
        List<Long> shape = new ArrayList<>();
        expect(JsonToken.START_ARRAY, "shape", "an array");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(JsonToken.VALUE_NUMBER_INT, "An extent of a shape", "a whole number");
            shape.add(json.getLongValue());
        }
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** Flat or nested, row-major either way. */
    private InferRequest.Values data() {
        List<String> texts = new ArrayList<>();
        float[] numbers = new float[FIRST_NUMBERS];
        int count = 0;
        expect(JsonToken.START_ARRAY, "data", "an array");
        int depth = 1;
        while (depth > 0) {
            JsonToken token = json.nextToken();
            switch (token) {
                case START_ARRAY -> depth++;
                case END_ARRAY -> depth--;
                case VALUE_STRING -> texts.add(json.getString());
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                    if (count == numbers.length) {
                        numbers = Arrays.copyOf(numbers, 2 * count);
                    }
                    numbers[count] = json.getFloatValue();
                    count++;
                }
                default -> throw Tensors.wrong("The data of a tensor are numbers or texts in arrays");
            }
        }
        if (count > 0 && !texts.isEmpty()) {
            throw Tensors.wrong("The data of a tensor are either numbers or texts, not both");
        }
        return new InferRequest.Values(texts, Arrays.copyOf(numbers, count));
    }

    private String text(String what) {
        expect(JsonToken.VALUE_STRING, what, "a text");
        return json.getString();
    }

    private void begin(JsonToken token, String what, String kind) {
        json.nextToken();
        expect(token, what, kind);
    }

    private void expect(JsonToken token, String what, String kind) {
        if (json.currentToken() != token) {
            throw Tensors.wrong(what + " must be " + kind);
        }
    }
}
