package dev.retort.cli;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Backends;
import dev.retort.testkit.gradients.OperationTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code retort devices}: which backends can compute here, why others cannot, and what they know. */
@Command(
        name = "devices",
        description = "Lists the backends in the order in which the automatic choice tries them, and why one cannot be"
                + " used here.")
final class DevicesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--operations",
            description = "List the operations instead: which backend that can be used here declares which for what"
                    + " types, where gradients come from, how many tests there are.")
    private boolean operations;

    @Option(names = "--json", paramLabel = "FILE", description = "With --operations: write the list to this file too.")
    private Path json;

    @Override
    public Integer call() throws IOException {
        if (json != null && !operations) {
            throw new ParameterException(spec.commandLine(), "--json goes with --operations.");
        }
        OutputFile.check(json);
        PrintWriter out = spec.commandLine().getOut();
        if (operations) {
            OperationsListing listing = listing();
            listing.print(out);
            if (json != null) {
                listing.writeJson(json);
            }
        } else {
            printBackends(out);
        }
        return 0;
    }

    private static OperationsListing listing() {
        List<Backend> backends = new ArrayList<>();
        try (Backend reference = Backends.create("reference")) {
            Backends.providers().stream()
                    .filter(provider -> provider.usability().usable())
                    .forEach(provider -> backends.add(provider.create()));
            return new OperationsListing(new OperationTable(reference, backends).rows());
        } finally {
            backends.forEach(Backend::close);
        }
    }

    private static void printBackends(PrintWriter out) {
        List<BackendProvider> providers = Backends.providers();
        int width = providers.stream().mapToInt(p -> p.name().length()).max().orElse(1);
        out.println(Version.java());
        String automatic = null;
        String wrong = null;
        for (BackendProvider provider : providers) {
            BackendProvider.Usability usability = provider.usability();
            if (usability.automatic() && automatic == null) {
                automatic = provider.name();
            }
            if (usability.cause() instanceof IllegalArgumentException && automatic == null && wrong == null) {
                wrong = provider.name();
            }
            out.printf(
                    Locale.ROOT,
                    "%-" + width + "s  %-10s  %s%n",
                    provider.name(),
                    usability.usable() ? "usable" : "not usable",
                    usability.reason());
        }
        if (wrong != null) {
            out.println("There is no automatic choice until the setting of " + wrong + " is put right.");
        } else {
            out.println(
                    automatic == null
                            ? "None can be used."
                            : "The automatic choice is " + automatic + "; --device NAME takes another.");
        }
    }
}
