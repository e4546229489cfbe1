package dev.retort.distill.cli;

import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Backends;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort devices}: which backends can compute here, and why others cannot. */
@Command(
        name = "devices",
        description = "Lists the backends in the order in which the automatic choice tries them, and why one cannot be"
                + " used here.")
final class DevicesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        List<BackendProvider> providers = Backends.providers();
        int width = providers.stream().mapToInt(p -> p.name().length()).max().orElse(1);
        String automatic = null;
        for (BackendProvider provider : providers) {
            BackendProvider.Usability usability = provider.usability();
            if (usability.usable() && automatic == null) {
                automatic = provider.name();
            }
            out.printf(
                    Locale.ROOT,
                    "%-" + width + "s  %-10s  %s%n",
                    provider.name(),
                    usability.usable() ? "usable" : "not usable",
                    usability.reason());
        }
        out.println(
                automatic == null
                        ? "None can be used."
                        : "The automatic choice is " + automatic + "; --backend NAME takes another.");
    }
}
