package dev.retort.mlflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Figures on their way: each goes once, in its order. Many threads may use it. */
final class Outbox {
    /** Far above what an away server misses in days; the oldest go first. */
    private static final int MOST = 50_000;

    private final SentSteps sent;
    private final Deque<Figures> unsent = new ArrayDeque<>();
    private long lost;

    /** @param sent what the server has of the run: it is not taken in once more */
    Outbox(SentSteps sent) {
        this.sent = sent;
    }

    synchronized void add(Figures figures) {
        if (!sent.has(figures)) {
            unsent.add(figures);
            if (unsent.size() > MOST) {
                unsent.remove();
                lost++;
            }
        }
    }

    /** The oldest figures of at most so many values, which {@link #sent(List)} takes out. */
    synchronized List<Figures> oldest(int values) {
        List<Figures> oldest = new ArrayList<>();
        int count = 0;
        for (Figures figures : unsent) {
            count += figures.values().size();
            if (count > values && !oldest.isEmpty()) {
                break;
            }
            oldest.add(figures);
        }
        return oldest;
    }

    synchronized void sent(List<Figures> batch) {
        for (Figures figures : batch) {
            if (unsent.peek() == figures) {
                unsent.remove();
            }
        }
    }

    /** What waits. */
    synchronized List<Figures> unsent() {
        return List.copyOf(unsent);
    }

    /** Figures that had to be given up. */
    synchronized long lost() {
        return lost;
    }
}
