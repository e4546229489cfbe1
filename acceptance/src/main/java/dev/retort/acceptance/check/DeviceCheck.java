package dev.retort.acceptance.check;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs parts one after the other and writes the report after each, so that nothing is lost if all is ended. */
public final class DeviceCheck {
    /** How a part is run. */
    @FunctionalInterface
    public interface Runner {
        PartResult run(Part part) throws IOException, InterruptedException;
    }

    private final CheckReport report;
    private final PrintWriter out;

    public DeviceCheck(CheckReport report, PrintWriter out) {
        this.report = report;
        this.out = out;
    }

    /** Runs all; true if none failed. */
    public boolean run(List<Part> parts, Runner runner) throws IOException, InterruptedException {
        List<PartResult> results = new ArrayList<>();
        List<Part> left = new ArrayList<>(parts);
        report.write(results, left);
        for (Part part : parts) {
            out.printf("%-16s ", part.name());
            out.flush();
            PartResult result = runner.run(part);
            out.printf(
                    Locale.ROOT,
                    "%-9s %7.1f s  %s%n",
                    result.status(),
                    result.seconds(),
                    result.text().isEmpty() ? "" : result.text().get(0));
            out.flush();
            results.add(result);
            left.remove(part);
            report.write(results, left);
        }
        return results.stream().noneMatch(result -> result.status().isBad());
    }
}
