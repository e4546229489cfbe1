package dev.retort.distill.cli;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --device}. */
public final class DeviceOption {
    private static final String AUTOMATIC = "auto";

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

    /** A new backend; the automatic choice is told on the error stream. */
    public Backend create() {
        if (!name.equals(AUTOMATIC)) {
            Backends.Choice choice;
            try {
                choice = Backends.choose(name);
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
