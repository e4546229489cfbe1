package dev.retort.cli;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options {@code --device} and {@code --graphs}. */
public final class DeviceOption {
    private static final String AUTOMATIC = "auto";
    private static final String CUDA = "cuda";
    private static final String VARIABLE = "RETORT_DEVICE";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "What computes: simd, reference, opencl, opencl:1, a part of a device's name as in opencl:radeon, cuda,"
                            + " cuda/tf32 or cuda/bf16 for tensor cores;"
                            + " 'retort devices' lists them. By default RETORT_DEVICE, else the first one that can be used.")
    private String given;

    @Option(
            names = "--graphs",
            description =
                    "On a cuda device: run what repeats from step to step as CUDA graphs; short for /graphs behind its name.")
    private boolean graphs;

    /** These options as they were given, for another process. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (given != null) {
            arguments.addAll(List.of("--device", given));
        }
        if (graphs) {
            arguments.add("--graphs");
        }
        return arguments;
    }

    /** A new backend; the automatic choice is told on the error stream. */
    public Backend create() {
        String variable = System.getenv(VARIABLE);
        boolean fromVariable = given == null && variable != null && !variable.isBlank();
        String name = fromVariable ? variable.strip() : given == null ? AUTOMATIC : given;
        if (graphs && !name.startsWith(CUDA)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--graphs is for a cuda device: add --device cuda; 'retort devices' lists them.");
        }
        if (!name.equals(AUTOMATIC)) {
            String where = fromVariable ? VARIABLE + "=" + variable + ": " : "";
            Backends.Choice choice;
            try {
                choice = Backends.choose(graphs ? name + "/graphs" : name);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(
                        spec.commandLine(), where + e.getMessage() + "; 'retort devices' tells more.", e);
            }
            try {
                return choice.create();
            } catch (IllegalStateException e) {
                throw new IllegalStateException(where + e.getMessage(), e);
            }
        }
        Backend backend = Backends.create(name);
        spec.commandLine().getErr().println("retort: computing with " + backend.name());
        return backend;
    }
}
