package dev.retort.acceptance.cli;

import dev.retort.acceptance.check.PartProcess;
import dev.retort.acceptance.check.PartRun;
import dev.retort.acceptance.check.Parts;
import dev.retort.cli.Subcommand;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One part of {@code retort gpu-check} in this process: that command starts it, people need not. */
@Command(name = PartProcess.COMMAND, hidden = true, description = "Runs one part of gpu-check in this process.")
public final class GpuCheckPartCommand implements Subcommand {
    @Parameters(index = "0", paramLabel = "PART", description = "Name of the part.")
    private String part;

    @Mixin
    private GpuCheckOptions options;

    @Option(names = "--result", paramLabel = "FILE", required = true, description = "Where the outcome goes, as JSON.")
    private Path result;

    @Override
    public Integer call() {
        PartRun.run(Parts.named(part), options.settings(), result);
        return 0;
    }
}
