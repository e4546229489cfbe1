package dev.retort.spark;

import dev.retort.cli.Subcommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code retort spark}: jobs on Apache Spark. */
@Command(
        name = "spark",
        description =
                "Training in ranks, and detection over any number of images, on Apache Spark: on this machine, or on the cluster that --master names.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            SparkTrainCommand.class,
            SparkDistillCommand.class,
            SparkPredictCommand.class,
            SparkEvalCommand.class
        })
public final class SparkCommand implements Subcommand {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Name a command: train, distill, predict or eval.");
    }
}
