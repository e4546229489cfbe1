package dev.retort.serve.api;

import dev.retort.serve.detect.Detection;
import dev.retort.serve.detect.Found;
import dev.retort.serve.detect.ServedModel;
import dev.retort.serve.detect.ServedModels;
import dev.retort.serve.http.Answer;
import dev.retort.serve.http.Call;
import dev.retort.serve.http.Endpoint;
import dev.retort.serve.http.Json;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code POST /v2/models/{model}/infer}: the Open Inference Protocol, with its extension for binary data. */
final class InferEndpoint implements Endpoint {
    private static final String BINARY = "binary_data";
    private static final String ALL_BINARY = "binary_data_output";
    private static final String OCTETS = "application/octet-stream";
    /** Numbers and texts that JSON is read into, and the images that they become. */
    private static final int BYTES_A_BYTE_OF_JSON = 4;

    private final ServedModels models;
    private final Detection detection;
    private final InferImages images;

    InferEndpoint(ServedModels models, Detection detection, long maxPixels) {
        this.models = models;
        this.detection = detection;
        this.images = new InferImages(maxPixels);
    }

    @Override
    public Answer answer(Call call) {
        call.query().allow(Set.of());
        ServedModel model = models.get(call.path().get("model"));
        int length = jsonLength(call);
        call.memory().take((long) BYTES_A_BYTE_OF_JSON * length + 2L * (call.body().length - length), "The request");
        InferRequest request = InferReader.read(call.body(), length);
        Wanted wanted = wanted(request.parameters());
        wanted.check(model.current().detector());
        checkOutputs(request.outputs());
        ByteBuffer binary = ByteBuffer.wrap(call.body(), length, call.body().length - length);
        List<Found> found = detection.detect(model, images.of(request, binary), call.deadline(), call.memory());
        return write(
                model.source().name(),
                request,
                InferOutput.of(
                        found.stream().map(image -> wanted.of(image.objects())).toList()));
    }

    private static int jsonLength(Call call) {
        String header = call.header(Tensors.HEADER_LENGTH);
        if (header.isEmpty()) {
            return call.body().length;
        }
        try {
            int length = Integer.parseInt(header.strip());
            if (length >= 1 && length <= call.body().length) {
                return length;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw Tensors.wrong("Header " + Tensors.HEADER_LENGTH + " must be the JSON's length, from 1 to the body's "
                + call.body().length + ", not '" + header + "'");
    }

    /** Parameters of other extensions say nothing here. */
    private static Wanted wanted(Map<String, Object> parameters) {
        Object classes = parameters.getOrDefault("classes", "");
        return new Wanted(
                parameters.containsKey("score")
                        ? Wanted.score(parameters.get("score").toString())
                        : Wanted.DEFAULT.score(),
                parameters.containsKey("max")
                        ? Wanted.most(parameters.get("max").toString())
                        : Wanted.DEFAULT.most(),
                classes.equals("") ? List.of() : List.of(classes.toString().split(",", -1)));
    }

    private static void checkOutputs(List<InferRequest.Output> outputs) {
        List<String> known =
                InferOutput.DECLARED.stream().map(InferOutput::name).toList();
        Set<String> seen = new HashSet<>();
        for (InferRequest.Output output : outputs) {
            if (!known.contains(output.name())) {
                throw Tensors.wrong("There is no output '" + output.name() + "', but: " + String.join(", ", known));
            }
            if (!seen.add(output.name())) {
                throw Tensors.wrong("Output '" + output.name() + "' is asked for twice");
            }
        }
    }

    private static Answer write(String model, InferRequest request, List<InferOutput> all) {
        boolean allBinary = Boolean.TRUE.equals(request.parameters().get(ALL_BINARY));
        List<InferRequest.Output> asked = request.outputs().isEmpty()
                ? all.stream()
                        .map(output -> new InferRequest.Output(output.name(), Map.of()))
                        .toList()
                : request.outputs();
        List<Map<String, Object>> described = new ArrayList<>();
        ByteArrayOutputStream binary = new ByteArrayOutputStream();
        boolean anyBinary = false;
        for (InferRequest.Output ask : asked) {
            InferOutput output = all.stream()
                    .filter(one -> one.name().equals(ask.name()))
                    .findFirst()
                    .orElseThrow();
            boolean inBinary = Boolean.TRUE.equals(ask.parameters().getOrDefault(BINARY, allBinary));
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", output.name());
            entry.put("shape", output.shape());
            entry.put("datatype", output.datatype());
            if (inBinary) {
                byte[] bytes = output.binary();
                entry.put("parameters", Map.of("binary_data_size", bytes.length));
                binary.writeBytes(bytes);
                anyBinary = true;
            } else {
                entry.put("data", output.data());
            }
            described.add(entry);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("model_name", model);
        request.id().ifPresent(id -> answer.put("id", id));
        answer.put("outputs", described);
        if (!anyBinary) {
            return Answer.json(answer);
        }
        byte[] json = Json.bytes(answer);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(json);
        body.writeBytes(binary.toByteArray());
        return Answer.of(OCTETS, body.toByteArray()).with(Tensors.HEADER_LENGTH, Integer.toString(json.length));
    }
}
