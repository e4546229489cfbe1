package dev.retort.cli;

import dev.retort.cli.gradcheck.Coverage;
import dev.retort.cli.gradcheck.GradcheckFiles;
import dev.retort.cli.gradcheck.GradcheckPage;
import dev.retort.cli.gradcheck.GradcheckRun;
import dev.retort.cli.gradcheck.GradcheckTable;
import dev.retort.cli.gradcheck.ModelCheck;
import dev.retort.cli.progress.Progress;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.MatmulPrecision;
import dev.retort.tensor.Operation;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import dev.retort.testkit.gradients.GradientMatrix;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code retort gradcheck}: results and gradients of all operations on this machine's backends. */
@Command(
        name = "gradcheck",
        description =
                "Checks every operation, results and gradients: gradients in float64 against central differences, and"
                        + " everything against another backend. Ends with 1 if a check fails.",
        footer = {
            "",
            "The table tells for each operation how near the worst case came to what is accepted; 100 %% is the limit."
                    + " A check that fails is printed with the command that repeats it alone.",
            "",
            "Examples:",
            "  retort gradcheck",
            "  retort gradcheck --device simd --operation GEMM --operation layerNorm",
            "  retort gradcheck --case \"UNARY RELU*\"",
            "  retort gradcheck --html gradients.html --junit gradients.xml",
            "  retort gradcheck --model"
        })
final class GradcheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "Backend to check, may be repeated; without it, all that are usable here.")
    private List<String> backends = new ArrayList<>();

    @Option(
            names = "--against",
            paramLabel = "NAME",
            defaultValue = "reference",
            description =
                    "Backend whose float64 results and gradients are taken for right (default: ${DEFAULT-VALUE}).")
    private String against;

    @Option(
            names = "--operation",
            paramLabel = "NAME",
            description = "Operation to check, may be repeated; without it, all.")
    private List<String> operations = new ArrayList<>();

    @Option(
            names = "--case",
            paramLabel = "NAME",
            description =
                    "Case to check, may be repeated, * stands for any characters; without it, all. With --model, a group of"
                            + " parameters.")
    private List<String> cases = new ArrayList<>();

    @Option(
            names = "--model",
            description = "Check a whole training step of a tiny teacher, student and distillation in float64, for each"
                    + " group of parameters, instead of operations.")
    private boolean model;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "FP32",
            converter = PrecisionConverter.class,
            description = "How the checked backends multiply float32: FP32 (or EXACT), TF32 or BF16 (default:"
                    + " ${DEFAULT-VALUE}).")
    private MatmulPrecision precision;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the operands' values (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Write every check to this file: an array of JSON objects with operation, case, backend, against,"
                            + " dtype, pass, worst_error, bound, seconds and more.")
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
        long start = System.nanoTime();
        List<Cell> cells = new ArrayList<>();
        List<Coverage> coverage = new ArrayList<>();
        if (model) {
            checkModels(cells);
        } else {
            checkOperations(cells, coverage);
        }
        GradcheckRun run = new GradcheckRun(cells, against, seed, coverage, (System.nanoTime() - start) / 1e9);
        GradcheckTable.print(run, spec.commandLine().getOut());
        if (json != null) {
            GradcheckFiles.writeJson(run, json);
        }
        if (junit != null) {
            GradcheckFiles.writeJunit(run, junit);
        }
        if (html != null) {
            GradcheckPage.write(run, html);
        }
        return run.failed().isEmpty() ? 0 : Retort.FAILED;
    }

    private void checkOperations(List<Cell> cells, List<Coverage> coverage) {
        List<OperationCase> chosen = chosen();
        try (Backend oracle = Backends.create(against)) {
            if (!oracle.supports(Operation.BINARY, DType.F64)) {
                throw new IllegalArgumentException("Backend '" + against
                        + "' does not compute in float64, so nothing can be held against it; take reference");
            }
            for (String name : backends.isEmpty() ? usable() : backends) {
                try (Backend backend = Backends.create(name);
                        Backend peer = peer(backend)) {
                    cells.addAll(check(new GradientMatrix(backend, oracle, peer, seed, precision), backend, chosen));
                    if (operations.isEmpty() && cases.isEmpty()) {
                        coverage.add(Coverage.of(backend, cells));
                    }
                }
            }
        }
    }

    /** For the backend that all are held against itself: another one, or null if there is none. */
    private Backend peer(Backend backend) {
        if (!backend.name().equals(against)) {
            return null;
        }
        return usable().stream()
                .filter(name -> !name.equals(against))
                .findFirst()
                .map(Backends::create)
                .orElse(null);
    }

    private List<OperationCase> chosen() {
        List<OperationCase> all = OperationCases.all();
        List<String> names =
                all.stream().map(OperationCase::operation).distinct().toList();
        for (String name : operations) {
            if (!names.contains(name)) {
                members(name, all);
            }
        }
        ChosenNames ofOperations = new ChosenNames(operations);
        ofOperations.require("operation", "", names);
        List<OperationCase> candidates =
                all.stream().filter(c -> ofOperations.contain(c.operation())).toList();
        ChosenNames ofCases = new ChosenNames(cases);
        ofCases.require(
                "case",
                operations.isEmpty() ? "" : " among those of " + String.join(", ", operations),
                candidates.stream().map(OperationCase::name).toList());
        return candidates.stream().filter(c -> ofCases.contain(c.name())).toList();
    }

    /** Refuses what is no operation but a member of a family: RELU is in the cases of UNARY. */
    private static void members(String name, List<OperationCase> all) {
        String found = all.stream()
                .filter(c -> c.name().startsWith(c.operation() + " " + name.toUpperCase(Locale.ROOT) + " "))
                .map(c -> "--case \"" + c.operation() + " " + name.toUpperCase(Locale.ROOT) + "*\"")
                .distinct()
                .collect(Collectors.joining(", "));
        if (!found.isEmpty()) {
            throw new IllegalArgumentException(
                    "There is no operation '" + name + "', it belongs to a family; its cases are chosen by " + found);
        }
    }

    private static List<String> usable() {
        return Backends.providers().stream()
                .filter(provider -> provider.usability().usable())
                .map(BackendProvider::name)
                .toList();
    }

    private List<Cell> check(GradientMatrix matrix, Backend backend, List<OperationCase> chosen) {
        List<Cell> cells = new ArrayList<>();
        try (Progress progress = Progress.open("gradcheck " + backend.name(), 0, chosen.size())) {
            for (int i = 0; i < chosen.size(); i++) {
                cells.addAll(matrix.check(chosen.get(i)));
                progress.at(i + 1, chosen.get(i).operation());
            }
        }
        if (cells.isEmpty()) {
            throw new IllegalArgumentException("Backend '" + backend.name() + "' declares none of the operations "
                    + (operations.isEmpty() ? cases : operations));
        }
        return cells;
    }

    private void checkModels(List<Cell> cells) {
        // Gradients of a step are held against differences in float64, whatever these say.
        for (String option : List.of("--operation", "--against", "--mode")) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(
                        spec.commandLine(), option + " is for operations; --model checks a whole step.");
            }
        }
        for (String name : backends.isEmpty() ? usable() : backends) {
            try (Backend backend = Backends.create(name)) {
                if (backend.supports(Operation.CONV2D, DType.F64)) {
                    checkModel(backend, cells);
                } else if (!backends.isEmpty()) {
                    throw new IllegalArgumentException("Backend '" + name
                            + "' does not compute in float64, so a model cannot be held against differences there");
                }
            }
        }
    }

    private void checkModel(Backend backend, List<Cell> cells) {
        try (ModelCheck check = new ModelCheck(backend, seed)) {
            List<String> names = check.names();
            ChosenNames groups = new ChosenNames(cases);
            groups.require("group", "", names);
            try (Progress progress = Progress.open("gradcheck model " + backend.name(), 0, names.size())) {
                int before = cells.size();
                check.run(groups::contain, cell -> {
                    cells.add(cell);
                    progress.at(cells.size() - before, cell.name());
                });
            }
        }
    }
}
