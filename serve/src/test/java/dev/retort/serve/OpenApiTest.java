package dev.retort.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.serve.api.ServiceRoutes;
import dev.retort.serve.detect.Detection;
import dev.retort.serve.detect.ServedModels;
import dev.retort.serve.http.Drain;
import dev.retort.serve.http.Route;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The OpenAPI document is valid, and says all routes and no others. */
class OpenApiTest {
    private static OpenAPI document;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = ServiceRoutes.class.getResourceAsStream("openapi.json")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            ParseOptions options = new ParseOptions();
            options.setResolve(true);
            SwaggerParseResult result = new OpenAPIV3Parser().readContents(text, null, options);
            assertThat(result.getMessages()).isEmpty();
            document = result.getOpenAPI();
        }
    }

    @Test
    void itSaysAllRoutesAndNoOthers() throws IOException {
        Set<String> documented = new TreeSet<>();
        document.getPaths().forEach((path, item) -> item.readOperationsMap()
                .keySet()
                .forEach((PathItem.HttpMethod method) -> documented.add(method + " " + path)));
        Set<String> routes = new TreeSet<>();
        try (Backend backend = Backends.create("reference");
                ServedModels none = ServedModels.open(List.of(), backend, false);
                Detection detection = new Detection(RunningService.LIMITS, new ServiceMetrics())) {
            for (Route route : ServiceRoutes.of(none, detection, 1, new Drain(), () -> "", "1")) {
                routes.add(route.method() + " " + route.template());
            }
        }
        assertThat(documented).isEqualTo(routes);
    }

    @Test
    void everyOperationHasAnIdOfItsOwnAndSaysItsErrors() {
        Set<String> ids = new TreeSet<>();
        document.getPaths().forEach((path, item) -> item.readOperations().forEach(operation -> {
            assertThat(ids.add(operation.getOperationId())).isTrue();
            operation.getResponses().forEach((status, response) -> {
                if (!status.equals("200")) {
                    assertThat(response.getContent()
                                    .get("application/json")
                                    .getSchema()
                                    .get$ref())
                            .matches(".*/(Error|Ending)");
                }
            });
        }));
    }
}
