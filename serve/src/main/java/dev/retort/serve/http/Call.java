package dev.retort.serve.http;

import dev.retort.serve.detect.Deadline;
import dev.retort.serve.detect.MemoryBudget;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;

/**
 * A request as endpoints see it.
 *
 * @param path the variable parts of its path by name
 * @param query what follows the question mark
 * @param headers the request's headers
 * @param body empty if the route takes none
 * @param deadline when it must have been answered
 * @param memory what it may hold
 */
public record Call(
        Map<String, String> path,
        Query query,
        HttpFields headers,
        byte[] body,
        Deadline deadline,
        MemoryBudget.Share memory) {
    /** A header's value; empty if it is not there. */
    public String header(String name) {
        String value = headers.get(name);
        return value == null ? "" : value;
    }
}
