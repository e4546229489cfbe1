package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** What a faulty backend remembers between calls: how many there were, and what its buffers held before. */
final class Past {
    private record Size(DType dtype, long bytes) {}

    private final Map<Size, Values> contents = new HashMap<>();
    private final SplittableRandom random = new SplittableRandom(20211);
    private boolean wanted;

    /** Remembers contents from now on. */
    void rememberContents() {
        wanted = true;
    }

    /** Notes the contents of a tensor that was made: the next buffer of that size may be this one, recycled. */
    void made(Backend inner, Tensor x) {
        if (wanted) {
            contents.put(size(x), Values.of(inner, x));
        }
    }

    /** What a recycled buffer of x's size held before x was computed; zeros at first. */
    Values before(Tensor x) {
        Values earlier = contents.get(size(x));
        Values result = Values.zeros(x.shape(), x.dtype());
        for (int i = 0; earlier != null && i < Math.min(result.size(), earlier.size()); i++) {
            result.take(i, earlier, i);
        }
        return result;
    }

    private static Size size(Tensor x) {
        return new Size(x.dtype(), x.storage().bytes());
    }

    /** True in one of {@code every} calls, as chance will have it; the same ones in every run of the tests. */
    boolean nowAndThen(int every) {
        return random.nextInt(every) == 0;
    }
}
