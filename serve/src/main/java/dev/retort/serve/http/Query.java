package dev.retort.serve.http;

import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.ServiceException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jetty.util.Fields;

/** The parameters of a query: those that the route knows, each of its kind. */
public final class Query {
    private final Map<String, List<String>> values;

    private Query(Map<String, List<String>> values) {
        this.values = values;
    }

    /** A query of these parameters. */
    public static Query of(Fields fields) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        fields.forEach(field -> values.put(field.getName(), List.copyOf(field.getValues())));
        return new Query(values);
    }

    /**
     * Passes if every parameter is one of these.
     *
     * @throws ServiceException naming the first that is not
     */
    public void allow(Set<String> names) {
        for (String name : values.keySet()) {
            if (!names.contains(name)) {
                throw wrong("There is no query parameter '" + name + "' here, but: "
                        + (names.isEmpty() ? "none" : String.join(", ", new TreeSet<>(names))));
            }
        }
    }

    /** A parameter that may be given once. */
    public Optional<String> text(String name) {
        List<String> given = all(name);
        if (given.size() > 1) {
            throw wrong("Query parameter '" + name + "' is given " + given.size() + " times: give it once");
        }
        return given.stream().findFirst();
    }

    /** All values of a parameter that may be given several times. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    private static ServiceException wrong(String message) {
        return new ServiceException(FailureKind.REQUEST, message);
    }
}
