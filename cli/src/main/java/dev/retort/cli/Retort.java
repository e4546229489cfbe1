package dev.retort.cli;

import java.io.PrintWriter;
import java.util.ServiceLoader;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code retort}. Ends with 0, with 1 if the job failed and with 2 if the command line was wrong; what a user
 * can put right is told in one line on the error stream.
 */
@Command(
        name = "retort",
        description = "Trains, distils, evaluates and runs object detectors.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            DataCommand.class,
            ImportCommand.class,
            TrainCommand.class,
            DistillCommand.class,
            AblateCommand.class,
            AblateRunCommand.class,
            EvalCommand.class,
            PredictCommand.class,
            ExportCommand.class,
            GradcheckCommand.class,
            DevicesCommand.class
        })
public final class Retort implements Runnable {
    /** A job that failed. */
    public static final int FAILED = 1;
    /** As a shell has it for a command that was ended by Ctrl-C. */
    public static final int INTERRUPTED = 130;

    private static final Set<String> TRAINING = Set.of("train", "distill", "demo", AblateRunCommand.NAME);

    @Spec
    private CommandSpec spec;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    private boolean verbose;

    public static void main(String[] args) {
        // Java's logging prints two lines with class and method; notices are for people.
        System.setProperty("java.util.logging.SimpleFormatter.format", "retort: %5$s%n");
        System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
    }

    /** Runs a command line and returns its exit code. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        Retort retort = new Retort();
        CommandLine command = new CommandLine(retort);
        ServiceLoader.load(Subcommand.class).forEach(command::addSubcommand);
        command.setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, failed, parsed) ->
                        ErrorLine.print(exception, isTraining(command), retort.verbose, err));
        try {
            return command.execute(args);
        } catch (OutOfMemoryError error) {
            // The handler is for exceptions only.
            return ErrorLine.print(error, isTraining(command), retort.verbose, err);
        }
    }

    private static boolean isTraining(CommandLine command) {
        return command.getParseResult().asCommandLineList().stream()
                .anyMatch(chosen -> TRAINING.contains(chosen.getCommandName()));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
