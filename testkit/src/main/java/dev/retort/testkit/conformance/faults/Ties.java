package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.ReduceOp;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Elements by their places in the sorted order: without ties, so that whoever chooses chooses as this order says. */
final class Ties {
    private Ties() {}

    /** Whether a call looks for small elements: a flag 'largest' that is off. */
    static boolean smallestWins(Call call) {
        for (int i = 0; i < call.args().length; i++) {
            String name = call.target().parameter(i).getName();
            if ((name.equals("largest") || name.equals("descending")) && Boolean.FALSE.equals(call.args()[i])) {
                return true;
            }
        }
        return call.target().member() == ReduceOp.MIN;
    }

    /** Replaces every element by its rank; of equal ones the last (or the first) is the more extreme. NaN stays. */
    static void rank(Values v, boolean smallestWins, boolean lastWins) {
        Comparator<Integer> later = lastWins ? Comparator.naturalOrder() : Comparator.reverseOrder();
        Integer[] order = IntStream.range(0, v.size()).boxed().toArray(Integer[]::new);
        Arrays.sort(
                order,
                Comparator.<Integer>comparingDouble(i -> v.get(i) + 0.0)
                        .thenComparing(smallestWins ? later.reversed() : later));
        boolean[] nan = new boolean[order.length];
        for (int i = 0; i < order.length; i++) {
            nan[i] = Double.isNaN(v.get(i));
        }
        for (int rank = 0; rank < order.length; rank++) {
            if (!nan[order[rank]]) {
                v.set(order[rank], rank);
            }
        }
    }
}
