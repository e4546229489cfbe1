package dev.retort.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code retort data}: makes, converts, describes and shows data sets. */
@Command(
        name = "data",
        description = "Makes, converts, describes and shows data sets.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DataShapesCommand.class, DataVocCommand.class, DataInfoCommand.class, DataShowCommand.class})
final class DataCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name what to do: shapes, voc, info or show.");
    }
}
