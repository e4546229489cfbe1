package dev.retort.cli;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final String SEPARATOR = ",";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "What computes: simd, reference, opencl, opencl:1, a part of a device's name as in opencl:radeon, cuda,"
                            + " cuda/tf32 or cuda/bf16 for tensor cores;"
                            + " 'retort devices' lists them. Train and distill take several, as in cuda:0,cuda:1: one rank"
                            + " for each, all of which take each step together. By default RETORT_DEVICE, else the first one that can be used.")
    private String given;

    @Option(
            names = "--graphs",
            description =
                    "On a cuda device: run what repeats from step to step as CUDA graphs; short for /graphs behind its name.")
    private boolean graphs;

    /** These options as they were given, for another process, which takes one device. */
    List<String> arguments() {
        requireOne();
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
        return create(requireOne());
    }

    private String requireOne() {
        List<String> names = names();
        if (names.size() > 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    where() + "only train and distill take several devices: give one with --device, such as "
                            + names.get(0));
        }
        return names.get(0);
    }

    /** New backends, one for each device that was given. */
    TrainingDevices createRanks() {
        List<Backend> backends = new ArrayList<>();
        try {
            names().forEach(name -> backends.add(create(name)));
        } catch (RuntimeException | Error e) {
            backends.forEach(Backend::close);
            throw e;
        }
        return new TrainingDevices(backends);
    }

    private boolean isFromVariable() {
        String variable = System.getenv(VARIABLE);
        return given == null && variable != null && !variable.isBlank();
    }

    private String where() {
        return isFromVariable() ? VARIABLE + "=" + System.getenv(VARIABLE) + ": " : "";
    }

    private List<String> names() {
        String all = isFromVariable() ? System.getenv(VARIABLE).strip() : given == null ? AUTOMATIC : given;
        List<String> names =
                Arrays.stream(all.split(SEPARATOR, -1)).map(String::strip).toList();
        if (names.size() > 1 && names.contains("")) {
            throw new ParameterException(
                    spec.commandLine(), where() + "'" + all + "' lacks a device's name beside a comma.");
        }
        return names;
    }

    private Backend create(String name) {
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
                throw new ParameterException(
                        spec.commandLine(), where() + e.getMessage() + "; 'retort devices' tells more.", e);
            }
            try {
                return choice.create();
            } catch (IllegalStateException e) {
                throw new IllegalStateException(where() + e.getMessage(), e);
            }
        }
        Backend backend = Backends.create(name);
        spec.commandLine().getErr().println("retort: computing with " + backend.name());
        return backend;
    }
}
