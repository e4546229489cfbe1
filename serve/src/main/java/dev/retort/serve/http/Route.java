package dev.retort.serve.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What answers the requests of a method and a path.
 *
 * @param method GET or POST
 * @param template the path; a segment in braces is variable
 * @param open whether it needs no token, and goes on answering while the service ends
 * @param endpoint answers
 */
public record Route(String method, String template, boolean open, Endpoint endpoint) {
    /** What is asked for without a body. */
    public static Route get(String template, Endpoint endpoint) {
        return new Route("GET", template, false, endpoint);
    }

    /** What takes a body. */
    public static Route post(String template, Endpoint endpoint) {
        return new Route("POST", template, false, endpoint);
    }

    /** What a probe asks for. */
    public static Route probe(String template, Endpoint endpoint) {
        return new Route("GET", template, true, endpoint);
    }

    /** Whether a request of it has a body that is read. */
    boolean takesBody() {
        return method.equals("POST");
    }

    /** The variable parts of a path, or nothing if it is another route's. */
    Optional<Map<String, String>> match(String path) {
        List<String> wanted = List.of(template.split("/", -1));
        List<String> given = List.of(path.split("/", -1));
        if (wanted.size() != given.size()) {
            return Optional.empty();
        }
        Map<String, String> variables = new LinkedHashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            String part = wanted.get(i);
            if (part.startsWith("{")) {
                variables.put(part.substring(1, part.length() - 1), given.get(i));
            } else if (!part.equals(given.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }
}
