package dev.retort.distill.cli;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options {@code --device} and {@code --graphs}. */
public final class DeviceOption {
    private static final String AUTOMATIC = "auto";
    private static final String CUDA = "cuda";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "${env:RETORT_DEVICE:-auto}",
            description =
                    "What computes: simd, reference, opencl, opencl:1, a part of a device's name as in opencl:radeon, cuda,"
                            + " cuda/tf32 or cuda/bf16 for tensor cores;"
                            + " 'retort devices' lists them. By default RETORT_DEVICE, else the first one that can be used.")
    private String name;

    @Option(
            names = "--graphs",
            description =
                    "On a cuda device: run what repeats from step to step as CUDA graphs; short for /graphs behind its name.")
    private boolean graphs;

    /** A new backend; the automatic choice is told on the error stream. */
    public Backend create() {
        if (graphs && !name.startsWith(CUDA)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--graphs is for a cuda device: add --device cuda; 'retort devices' lists them.");
        }
        if (!name.equals(AUTOMATIC)) {
            Backends.Choice choice;
            try {
                choice = Backends.choose(graphs ? name + "/graphs" : name);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), e.getMessage() + "; 'retort devices' tells more.", e);
            }
            return choice.create();
        }
        Backend backend = Backends.create(name);
        spec.commandLine().getErr().println("retort: computing with " + backend.name());
        return backend;
    }
}
