package dev.retort.serve.page;

import dev.retort.serve.http.Answer;
import dev.retort.serve.http.Call;
import dev.retort.serve.http.Endpoint;
import dev.retort.serve.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The page's files, each at a path of its own. They need no token, as the page is where people enter it. */
public final class PageRoutes {
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final List<String> SCRIPTS = List.of(
            "page.js", "image.js", "panel.js", "legend.js", "overlay.js", "colors.js", "service.js", "clipboard.js");

    /** Nothing from outside, no script or style in the page's text, in nobody's frame. */
    private static final String POLICY = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private PageRoutes() {}

    /** The routes. */
    public static List<Route> routes() {
        List<Route> routes = new ArrayList<>(List.of(
                file("/", "index.html", "text/html; charset=utf-8"),
                file("/page.css", "page.css", "text/css; charset=utf-8"),
                file("/icon.svg", "icon.svg", "image/svg+xml")));
        SCRIPTS.forEach(name -> routes.add(file("/" + name, name, SCRIPT)));
        return routes;
    }

    private static Route file(String path, String resource, String type) {
        Answer answer = Answer.of(type, read(resource))
                .with("Content-Security-Policy", POLICY)
                .with("Referrer-Policy", "no-referrer");
        Endpoint endpoint = (Call call) -> {
            call.query().allow(Set.of());
            return answer;
        };
        return new Route("GET", path, true, endpoint);
    }

    private static byte[] read(String resource) {
        try (InputStream in = PageRoutes.class.getResourceAsStream(resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
