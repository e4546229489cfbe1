package dev.retort.serve.http;

import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.ServiceException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the route of a request. */
final class Router {
    /** A route with the variable parts of the request's path. */
    record Match(Route route, Map<String, String> path) {}

    private final List<Route> routes;

    Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    /**
     * The route of a request; HEAD is a GET whose body is not sent.
     *
     * @throws ServiceException if there is none, or none with this method
     */
    Match find(String method, String path) {
        String asked = method.equals("HEAD") ? "GET" : method;
        for (Route route : routes) {
            Optional<Map<String, String>> variables = route.match(path);
            if (variables.isPresent() && route.method().equals(asked)) {
                return new Match(route, variables.get());
            }
        }
        String allowed = allowed(path);
        throw allowed.isEmpty()
                ? new ServiceException(
                        FailureKind.UNKNOWN, "There is nothing at this path; /openapi.json lists what there is")
                : new ServiceException(FailureKind.METHOD, "This path takes " + allowed + " only");
    }

    /** The methods that a path takes; empty if there is nothing. */
    String allowed(String path) {
        return String.join(
                ", ",
                routes.stream()
                        .filter(route -> route.match(path).isPresent())
                        .map(Route::method)
                        .distinct()
                        .toList());
    }
}
