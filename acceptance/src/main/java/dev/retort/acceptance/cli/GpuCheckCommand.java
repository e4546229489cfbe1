package dev.retort.acceptance.cli;

import dev.retort.acceptance.check.CheckReport;
import dev.retort.acceptance.check.CheckSettings;
import dev.retort.acceptance.check.DeviceCheck;
import dev.retort.acceptance.check.Lease;
import dev.retort.acceptance.check.Part;
import dev.retort.acceptance.check.PartProcess;
import dev.retort.acceptance.check.Parts;
import dev.retort.acceptance.check.TimeLimit;
import dev.retort.cli.Retort;
import dev.retort.cli.Subcommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code retort gpu-check}: all that is to be seen on a device, in one go. */
@Command(
        name = "gpu-check",
        description =
                "Checks and measures a device: operations, gradients, golden data, training, memory, speed, each in"
                        + " a process of its own. Ends with 1 if a part failed.",
        footer = {
            "",
            "Writes " + CheckReport.JSON_FILE + " and " + CheckReport.PAGE + " after every part, and each part's log. A"
                    + " part that fails, crashes or takes longer than its limit does not stop the others.",
            "PyTorch is measured beside where python3, or the Python that RETORT_PYTHON names, has torch and torchvision.",
            "RETORT_GOLDEN names other golden sets: folders, zips, or folders of golden*.zip, separated by colons.",
            "",
            "Examples:",
            "  retort gpu-check --out check",
            "  retort gpu-check --out check --minutes 9",
            "  retort gpu-check --out check --only devices,conformance,gradients",
            "  retort gpu-check --device opencl --skip infer,step --limit 1200"
        })
public final class GpuCheckCommand implements Subcommand {
    private static final String LOGS = "parts";

    @Spec
    private CommandSpec spec;

    @Mixin
    private GpuCheckOptions options;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "gpu-check",
            description = "Folder for report and logs; is made (default: ${DEFAULT-VALUE}).")
    private Path folder;

    @Option(names = "--only", paramLabel = "PART", split = ",", description = "Only these parts; --list names them.")
    private List<String> only = List.of();

    @Option(names = "--skip", paramLabel = "PART", split = ",", description = "All but these parts.")
    private List<String> skip = List.of();

    @Option(names = "--limit", paramLabel = "SECONDS", description = "Time limit of each part (default: its own).")
    private Integer limit;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description =
                    "Time of the whole check: parts run in their order, each with at most half of what is left; the"
                            + " report says what was cut off or left out (default: until all is done).")
    private Integer minutes;

    @Option(names = "--list", description = "List the parts, with their time limits in seconds, and do nothing.")
    private boolean list;

    @Override
    public Integer call() throws IOException, InterruptedException {
        CheckSettings settings = options.settings();
        if (limit != null && limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit must be 1 or more, not " + limit);
        }
        if (minutes != null && minutes < 1) {
            throw new ParameterException(spec.commandLine(), "--minutes must be 1 or more, not " + minutes);
        }
        Lease lease = minutes == null ? null : new Lease(minutes);
        List<Part> parts = Parts.chosen(only, skip);
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            parts.forEach(part -> out.printf("%-16s %5d  %s%n", part.name(), part.limit(), part.what()));
            return 0;
        }
        Files.createDirectories(folder);
        PartProcess processes = new PartProcess(settings, folder.resolve(LOGS));
        boolean passed = new DeviceCheck(new CheckReport(settings, folder), out).run(parts, part -> {
            int own = limit == null ? part.limit() : limit;
            return lease == null
                    ? processes.run(part, TimeLimit.of(own))
                    : lease.run(part, own, share -> processes.run(part, share));
        });
        out.println("The report: " + folder.resolve(CheckReport.PAGE));
        return passed ? 0 : Retort.FAILED;
    }
}
