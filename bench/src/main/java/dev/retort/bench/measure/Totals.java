package dev.retort.bench.measure;

import dev.retort.bench.work.Work;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sums over the convolutions of a network, each as often as the network has it. What only moves memory is left out: most of it
 * is fused into convolutions where it matters.
 */
public final class Totals {
    private static final String CONVOLUTIONS = "layers/conv";
    private static final String TOTAL = "layers/total/";

    private Totals() {}

    /** One total for each last part of the names ({@code forward}, ...) of the suite of layers; none for other suites. */
    public static List<Row> of(List<Work> works, List<Row> rows) {
        Map<String, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            String name = rows.get(i).name();
            if (name.startsWith(CONVOLUTIONS)) {
                String last = name.substring(name.lastIndexOf('/') + 1);
                groups.computeIfAbsent(last, key -> new ArrayList<>()).add(i);
            }
        }
        List<Row> totals = new ArrayList<>();
        groups.forEach((last, members) -> totals.add(sum(TOTAL + last, members, works, rows)));
        return totals;
    }

    private static Row sum(String name, List<Integer> members, List<Work> works, List<Row> rows) {
        double seconds = 0;
        double peerSeconds = 0;
        double operations = 0;
        double atPeak = 0;
        boolean compared = true;
        for (int i : members) {
            Row row = rows.get(i);
            int count = works.get(i).count();
            seconds += count * row.seconds();
            compared &= row.peerSeconds() != null;
            peerSeconds += compared ? count * row.peerSeconds() : 0;
            operations += count * works.get(i).operations();
            atPeak += row.peakShare() == null ? 0 : count * row.seconds() * row.peakShare();
        }
        Row first = rows.get(members.get(0));
        return new Row(
                name,
                first.backend(),
                first.jdk(),
                first.threads(),
                seconds,
                operations / seconds / 1e9,
                atPeak / seconds,
                compared ? first.peer() : null,
                compared ? peerSeconds : null,
                compared ? peerSeconds / seconds : null,
                null,
                null);
    }
}
