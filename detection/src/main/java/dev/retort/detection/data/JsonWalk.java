package dev.retort.detection.data;

import dev.retort.tensor.io.JsonProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Walks through a JSON file once, value by value, and tells in words where it is none. Values that nobody asks for are
 * passed over, the NaN and Infinity that Python writes included. Nesting is limited to 500, and a byte order mark is
 * accepted.
 */
final class JsonWalk {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final JsonParser parser;

    private JsonWalk(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * Opens a file and lets {@code body} walk its one value.
     *
     * @throws DataException if it is not JSON or goes on behind the value; the message names the place
     */
    static <T> T read(Path file, Function<JsonWalk, T> body) throws IOException {
        String name = ZipFolder.shown(file);
        if (Files.isDirectory(file)) {
            throw new DataException(name + " is a folder: name a JSON file");
        }
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), in)) {
            if (parser.nextToken() == null) {
                throw new DataException(name + " is empty. Restore or re-export the file.");
            }
            JsonWalk walk = new JsonWalk(parser);
            T value = body.apply(walk);
            if (parser.nextToken() != null) {
                throw new DataException(name + " goes on behind the end of its JSON, " + walk.place()
                        + ": it must hold one document. Keep one, or write each to a file of its own.");
            }
            return value;
        } catch (JacksonIOException e) {
            throw e.getCause();
        } catch (JacksonException e) {
            throw new DataException(name + " " + JsonProblem.of(e, "JSON") + ". Restore or re-export the file.", e);
        }
    }

    /** The place in the file, as {@code at line 1, column 20}. */
    String place() {
        TokenStreamLocation at = parser.currentTokenLocation();
        return "at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    boolean isList() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    /** What the value here is, with its article. */
    String kind() {
        return switch (parser.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "a text";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            default -> parser.getString();
        };
    }

    /** Gives the key of each entry of the object here; {@code entry} reads or skips its value. */
    void fields(Consumer<String> entry) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            entry.accept(name);
        }
    }

    /** Stops at each value of the list here; {@code item} reads or skips it. */
    void items(Runnable item) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            item.run();
        }
    }

    void skip() {
        parser.skipChildren();
    }

    /**
     * Reads the value here: a Long, a Double (also for a whole number that no long holds), a String, a Boolean, a list of
     * such, or null. Of an object only that it is one is told.
     */
    Object value() {
        return switch (parser.currentToken()) {
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? (Object) parser.getDoubleValue()
                        : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_STRING -> parser.getString();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case START_ARRAY -> {
                List<Object> values = new ArrayList<>();
                items(() -> values.add(value()));
                yield values;
            }
            case START_OBJECT -> {
                skip();
                yield AN_OBJECT;
            }
            default -> null;
        };
    }

    /** Stands for an object where none is wanted. */
    private static final Object AN_OBJECT = new Object() {
        @Override
        public String toString() {
            return "{...}";
        }
    };
}
