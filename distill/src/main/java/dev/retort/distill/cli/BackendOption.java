package dev.retort.distill.cli;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Backends;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --backend}. */
final class BackendOption {
    private static final String AUTOMATIC = "auto";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description =
                    "What computes; 'retort devices' lists the names. By default, the first one that can be used.")
    private String name = AUTOMATIC;

    /** A new backend; the automatic choice is told on the error stream. */
    Backend create() {
        boolean known = Backends.providers().stream().map(BackendProvider::name).anyMatch(name::equals);
        if (!known && !name.equals(AUTOMATIC)) {
            throw new ParameterException(
                    spec.commandLine(), "There is no backend '" + name + "'; 'retort devices' lists them.");
        }
        Backend backend = Backends.create(name);
        if (name.equals(AUTOMATIC)) {
            spec.commandLine().getErr().println("retort: computing with " + backend.name());
        }
        return backend;
    }
}
