package dev.retort.distill.cli;

import dev.retort.autograd.GradientMatrix;
import dev.retort.distill.gradcheck.GradcheckFiles;
import dev.retort.distill.gradcheck.GradcheckPage;
import dev.retort.distill.gradcheck.GradcheckTable;
import dev.retort.distill.progress.Progress;
import dev.retort.distill.recipe.EditDistance;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.cases.OperationCase;
import dev.retort.tensor.cases.OperationCases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code retort gradcheck}: the gradients of all operations on this machine's backends. */
@Command(
        name = "gradcheck",
        description =
                "Checks the gradient of every operation: in float64 against central differences, in float32 against"
                        + " the float64 gradients of another backend. Ends with 1 if one is wrong.",
        footer = {
            "",
            "The table tells for each operation the error of the case that came nearest to its bound, or passed it,"
                    + " and that bound.",
            "",
            "Examples:",
            "  retort gradcheck",
            "  retort gradcheck --backend simd --operation GEMM --operation layerNorm",
            "  retort gradcheck --html gradients.html --junit gradients.xml"
        })
final class GradcheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "Backend to check, may be repeated; without it, all that are usable here.")
    private List<String> backends = new ArrayList<>();

    @Option(
            names = "--against",
            paramLabel = "NAME",
            defaultValue = "reference",
            description = "Backend whose float64 gradients are taken for right (default: ${DEFAULT-VALUE}).")
    private String against;

    @Option(
            names = "--operation",
            paramLabel = "NAME",
            description = "Operation to check, may be repeated; without it, all.")
    private List<String> operations = new ArrayList<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the operands' values (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write every check to this file: a list of JSON objects.")
    private Path json;

    @Option(names = "--junit", paramLabel = "FILE", description = "Write every check to this file as JUnit's XML.")
    private Path junit;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page that shows all checks in a table.")
    private Path html;

    @Override
    public Integer call() throws IOException {
        OutputFile.check(json);
        OutputFile.check(junit);
        OutputFile.check(html);
        List<OperationCase> cases = cases();
        List<GradientMatrix.Cell> cells = new ArrayList<>();
        try (Backend oracle = Backends.create(against)) {
            if (!oracle.supports(Operation.BINARY, DType.F64)) {
                throw new IllegalArgumentException("Backend '" + against
                        + "' does not compute in float64, so nothing can be held against it; take reference");
            }
            for (String name : backends.isEmpty() ? usable() : backends) {
                cells.addAll(check(name, oracle, cases));
            }
        }
        GradcheckTable.print(cells, spec.commandLine().getOut());
        if (json != null) {
            GradcheckFiles.writeJson(cells, json);
        }
        if (junit != null) {
            GradcheckFiles.writeJunit(cells, junit);
        }
        if (html != null) {
            GradcheckPage.write(cells, seed, html);
        }
        return cells.stream().allMatch(GradientMatrix.Cell::pass) ? 0 : Retort.FAILED;
    }

    private List<OperationCase> cases() {
        List<OperationCase> all = OperationCases.differentiable();
        List<String> known =
                all.stream().map(OperationCase::operation).distinct().toList();
        for (String operation : operations) {
            if (!known.contains(operation)) {
                throw new IllegalArgumentException("No operation '" + operation
                        + "' has a gradient to check; did you mean " + EditDistance.nearest(operation, known) + "?");
            }
        }
        return all.stream()
                .filter(c -> operations.isEmpty() || operations.contains(c.operation()))
                .toList();
    }

    private static List<String> usable() {
        return Backends.providers().stream()
                .filter(provider -> provider.usability().usable())
                .map(BackendProvider::name)
                .toList();
    }

    private List<GradientMatrix.Cell> check(String name, Backend oracle, List<OperationCase> cases) {
        List<GradientMatrix.Cell> cells = new ArrayList<>();
        try (Backend backend = Backends.create(name);
                Progress progress = Progress.open("gradcheck " + backend.name(), 0, cases.size())) {
            GradientMatrix matrix = new GradientMatrix(backend, oracle, seed);
            for (int i = 0; i < cases.size(); i++) {
                cells.addAll(matrix.check(cases.get(i)));
                progress.at(i + 1, cases.get(i).operation());
            }
            if (cells.isEmpty()) {
                throw new IllegalArgumentException(
                        "Backend '" + backend.name() + "' declares none of the operations " + operations);
            }
        }
        return cells;
    }
}
