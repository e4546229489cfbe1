package dev.retort.bench.measure;

import dev.retort.tensor.KernelTime;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prints where a device's time goes, kernel by kernel. */
public final class ProfileTable {
    private static final String LAYOUT = "%-36s %8s %12s %7s %9s %9s%n";

    private ProfileTable() {}

    /** The longest first. */
    public static void print(List<KernelTime> times, PrintWriter out) {
        double total = times.stream().mapToDouble(KernelTime::seconds).sum();
        row(out, "kernel", "calls", "time", "share", "GB/s", "GF/s");
        for (KernelTime time : times) {
            row(
                    out,
                    time.kernel(),
                    time.calls(),
                    number(1e3 * time.seconds(), "%.3f ms"),
                    number(100 * time.seconds() / total, "%.1f %%"),
                    number(time.bytes() / time.seconds() / 1e9, "%.1f"),
                    time.operations() == 0 ? "" : number(time.operations() / time.seconds() / 1e9, "%.1f"));
        }
        row(out, "all", times.stream().mapToInt(KernelTime::calls).sum(), number(1e3 * total, "%.3f ms"), "", "", "");
        out.flush();
    }

    private static String number(double value, String format) {
        return String.format(Locale.ROOT, format, value);
    }

    private static void row(PrintWriter out, Object... columns) {
        out.print(String.format(Locale.ROOT, LAYOUT, columns).replaceAll(" +(\\R)$", "$1"));
    }
}
