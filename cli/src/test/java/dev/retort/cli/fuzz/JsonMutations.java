package dev.retort.cli.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Damage to a JSON document that leaves it one: a value of another kind, an entry less or twice, a key of another name. */
final class JsonMutations {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "\"\"",
            "\"word\"",
            "[]",
            "{}",
            "[null]",
            "[[1, 2], [3]]",
            "{\"a\": null}",
            "[1, 2, 3, 4, 5]",
            "-5",
            "1.5",
            "1e300",
            "\"1\"",
            "\"2147483648\"",
            "\"\\u0000\"",
            "\"/etc/passwd\"");

    private JsonMutations() {}

    /** An object or array and where in it. */
    private record Place(JsonNode parent, Object key) {}

    /** Changes a document in one place; what is no document stays as it is. */
    static byte[] change(byte[] content, SplittableRandom random) {
        JsonNode root;
        try {
            root = JSON.readTree(content);
        } catch (JacksonException e) {
            return content;
        }
        List<Place> places = new ArrayList<>();
        collect(root, places);
        if (!places.isEmpty()) {
            change(Mutation.choose(places, random), random);
        }
        return JSON.writeValueAsBytes(root);
    }

    private static void collect(JsonNode node, List<Place> places) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(property -> {
                places.add(new Place(node, property.getKey()));
                collect(property.getValue(), places);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                places.add(new Place(node, i));
                collect(array.get(i), places);
            }
        }
    }

    private static void change(Place place, SplittableRandom random) {
        JsonNode value = random.nextInt(3) == 0 ? number(random) : JSON.readTree(Mutation.choose(VALUES, random));
        if (place.parent instanceof ObjectNode object) {
            String key = (String) place.key;
            switch (random.nextInt(6)) {
                case 0 -> object.remove(key);
                case 1 -> object.set(key + "x", object.remove(key));
                default -> object.set(key, value);
            }
        } else if (place.parent instanceof ArrayNode array) {
            int at = (Integer) place.key;
            switch (random.nextInt(6)) {
                case 0 -> array.remove(at);
                case 1 -> array.insert(at, array.get(at));
                default -> array.set(at, value);
            }
        }
    }

    private static JsonNode number(SplittableRandom random) {
        String text = Mutation.choose(TextMutations.NUMBERS, random);
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            return JSON.getNodeFactory().stringNode(text);
        }
    }
}
