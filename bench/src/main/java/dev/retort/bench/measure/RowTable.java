package dev.retort.bench.measure;

import java.io.PrintWriter;
import java.util.Locale;

/** Prints rows for people as they come, in columns. */
public final class RowTable {
    private static final String LAYOUT = "%-52s %12s %8s %6s %12s %7s %9s %9s%n";

    private final PrintWriter out;

    public RowTable(PrintWriter out) {
        this.out = out;
    }

    /** The line over the columns. */
    public void header() {
        print("name", "time", "GF/s", "peak", "peer", "ratio", "memory", "peer's");
    }

    public void row(Row row) {
        print(
                row.name(),
                time(row.seconds()),
                number(row.gflops(), "%.0f"),
                row.peakShare() == null ? "" : number(100 * row.peakShare(), "%.0f %%"),
                row.peerSeconds() == null ? "" : time(row.peerSeconds()),
                number(row.ratio(), "%.2f"),
                bytes(row.peakBytes()),
                bytes(row.peerPeakBytes()));
    }

    private void print(Object... columns) {
        out.print(String.format(Locale.ROOT, LAYOUT, columns).replaceAll(" +(\\R)$", "$1"));
        out.flush();
    }

    private static String time(double seconds) {
        return seconds < 1
                ? String.format(Locale.ROOT, "%.3f ms", 1e3 * seconds)
                : String.format(Locale.ROOT, "%.3f s", seconds);
    }

    private static String bytes(Long bytes) {
        return bytes == null ? "" : number(bytes / 1e6, "%.0f MB");
    }

    private static String number(Double value, String format) {
        return value == null ? "" : String.format(Locale.ROOT, format, value);
    }
}
