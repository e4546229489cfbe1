package dev.retort.detection.train;

import dev.retort.detection.ModelHeader;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.BatchSource;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.PeerException;
import dev.retort.nn.parallel.Texts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Ranks that take the steps of one run together. Rank 0 leads: it says before each step that there is one, and at the end that
 * there is none. Micro-batch m of rank r is micro-batch m * R + r of one rank that accumulates.
 */
final class TrainingRanks {
    /** What all ranks must have alike, by its key among the facts, as messages call it. */
    private static final Map<String, String> ALIKE = new LinkedHashMap<>();

    private static final String BACKEND = "backend";

    static {
        ALIKE.put(ModelHeader.VERSION_KEY, "version of Retort");
        ALIKE.put(BACKEND, "kind of device");
        ALIKE.put(ModelHeader.CLASSES_KEY, "list of classes");
        ALIKE.put(ModelHeader.RECIPE_KEY, "recipe");
        ALIKE.put(RunIdentity.DATA_KEY, "training data");
        ALIKE.put(RunIdentity.TEACHER_KEY, "teacher");
    }

    /** What rank 0 tells the others to do. */
    enum Order {
        /** No other step. */
        END,
        STEP,
        /** A step after taking rank 0's state. */
        MEET_AND_STEP;

        private byte[] bytes() {
            return new byte[] {(byte) ordinal()};
        }
    }

    private final Communicator ranks;

    /** Whether the others wait to be told what is next: not so while a step is taken, and after one that failed. */
    private boolean waiting = true;

    TrainingRanks(Communicator ranks) {
        this.ranks = ranks;
    }

    boolean areSeveral() {
        return ranks.size() > 1;
    }

    boolean isLeader() {
        return ranks.rank() == 0;
    }

    int size() {
        return ranks.size();
    }

    /** The number, in the whole run, of one of this rank's micro-batches. */
    long microBatch(long own) {
        return own * ranks.size() + ranks.rank();
    }

    /** This rank's part of the batches of a run. */
    BatchSource share(BatchSource batches) {
        return areSeveral() ? new Share(batches, this) : batches;
    }

    private record Share(BatchSource all, TrainingRanks ranks) implements BatchSource {
        @Override
        public Batch at(long own) {
            return all.at(ranks.microBatch(own));
        }

        @Override
        public long count() {
            return all.count() / ranks.size();
        }
    }

    /** Tells the others that there is a step. If it fails, they learn of that by what they exchange in it. */
    void lead(Order step) {
        if (areSeveral()) {
            waiting = false;
            ranks.broadcast(step.bytes());
        }
    }

    /** The step was taken. */
    void stepped() {
        waiting = true;
    }

    /** Tells the others that there is no other step, unless they were left amid one. */
    void end() {
        if (areSeveral() && isLeader() && waiting) {
            try {
                ranks.broadcast(Order.END.bytes());
            } catch (PeerException gone) {
                // There is nobody to be told; whoever runs the ranks knows why.
            }
        }
    }

    /** Waits for what rank 0 says. */
    Order follow() {
        return Order.values()[ranks.broadcast(new byte[0])[0]];
    }

    /**
     * Refuses ranks that do not train the same.
     *
     * @param metadata of this rank's checkpoints
     * @throws TrainingException in every rank, naming the first rank that has anything else than rank 0 has
     */
    void requireAlike(Map<String, String> metadata, String backend) {
        Map<String, String> facts = new LinkedHashMap<>(metadata);
        facts.keySet().retainAll(ALIKE.keySet());
        facts.put(BACKEND, backend);
        List<byte[]> all = ranks.allGather(Texts.bytes(facts));
        Map<String, String> first = Texts.read(all.get(0));
        for (int rank = 1; rank < all.size(); rank++) {
            Map<String, String> theirs = Texts.read(all.get(rank));
            List<String> others = new ArrayList<>();
            ALIKE.forEach((key, name) -> {
                if (!Objects.equals(first.get(key), theirs.get(key))) {
                    others.add(name);
                }
            });
            if (!others.isEmpty()) {
                throw new TrainingException(
                        "Rank " + rank + " on " + ranks.peer(rank).host() + " has another "
                                + String.join(", and another ", others) + " than " + ranks.peer(0)
                                + ": start all ranks with the same");
            }
        }
    }

    /** Gives rank 0's state to all. */
    void broadcast(Checkpoint state) {
        state.broadcast(ranks);
    }

    /** Rank 0's texts. */
    Map<String, String> first(Map<String, String> own) {
        return Texts.read(ranks.broadcast(Texts.bytes(own)));
    }
}
