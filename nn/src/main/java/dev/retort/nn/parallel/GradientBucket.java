package dev.retort.nn.parallel;

import dev.retort.autograd.Parameter;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** Gradients that are exchanged as one array. Each rank adds up its own chunk, on its backend. */
final class GradientBucket implements AutoCloseable {
    private final List<Parameter> parameters;
    /** Place of the first parameter among those of all buckets. */
    private final int offset;
    /** Where each parameter's numbers begin; behind the last one, where they end. */
    private final int[] starts;

    private final float[] host;
    private final Tensor sums;
    private final List<Tensor> views = new ArrayList<>();
    /** Whether this step's sum has anything yet, by the parameter's place. */
    private final boolean[] begun;

    /** This micro-batch's gradients, by the parameter's place; null where there is none. */
    private final Tensor[] gradients;
    /** Parameters whose gradient may still come. */
    private final Set<Parameter> missing = new HashSet<>();
    /** Each rank's numbers of this rank's chunk. */
    private final List<float[]> pieces = new ArrayList<>();

    private Chunk chunk = new Chunk(0, 0);
    /** For each rank and parameter, whether it has a gradient. */
    private List<byte[]> present = List.of();
    /** Open when {@link #add} has been called for this micro-batch. */
    private CountDownLatch addition = new CountDownLatch(1);

    private GradientBucket(List<Parameter> parameters, int offset) {
        this.parameters = parameters;
        this.offset = offset;
        gradients = new Tensor[parameters.size()];
        starts = new int[parameters.size() + 1];
        for (int place = 0; place < parameters.size(); place++) {
            starts[place + 1] = starts[place] + size(parameters.get(place));
        }
        host = new float[starts[parameters.size()]];
        begun = new boolean[parameters.size()];
        try (Scope scope = Scope.open()) {
            sums = Scope.release(parameters.get(0).data().backend().tensor(host, host.length));
            for (int place = 0; place < parameters.size(); place++) {
                Tensor part = sums.narrow(starts[place], starts[place + 1] - starts[place]);
                views.add(
                        Scope.release(part.reshape(parameters.get(place).data().shape())));
            }
        }
    }

    /**
     * Parameters in their order, packed.
     *
     * @param most numbers in a bucket; a larger parameter is one by itself
     */
    static List<GradientBucket> of(List<Parameter> parameters, int most) {
        List<GradientBucket> buckets = new ArrayList<>();
        int first = 0;
        long numbers = 0;
        for (int place = 0; place < parameters.size(); place++) {
            Tensor data = parameters.get(place).data();
            if (data.dtype() != DType.F32) {
                throw new IllegalArgumentException(
                        "Ranks exchange gradients of type F32, not those of " + data.describe());
            }
            if (place > first && numbers + data.size() > most) {
                buckets.add(new GradientBucket(parameters.subList(first, place), first));
                first = place;
                numbers = 0;
            }
            numbers += data.size();
        }
        if (!parameters.isEmpty()) {
            buckets.add(new GradientBucket(parameters.subList(first, parameters.size()), first));
        }
        return buckets;
    }

    private static int size(Parameter parameter) {
        return Math.toIntExact(parameter.data().size());
    }

    private String name() {
        return "gradients from " + offset;
    }

    List<Parameter> parameters() {
        return parameters;
    }

    /** The next addition is the first one of a step. */
    void restart() {
        Arrays.fill(begun, false);
    }

    /** A micro-batch begins, in which some parameters get no gradient. */
    void begin(Set<Parameter> held) {
        Arrays.fill(gradients, null);
        missing.addAll(parameters);
        missing.removeAll(held);
        addition = new CountDownLatch(1);
    }

    void put(Parameter parameter, Tensor gradient) {
        gradients[parameters.indexOf(parameter)] = gradient;
        missing.remove(parameter);
    }

    /** Whether all gradients that this micro-batch may have are here. */
    boolean isFull() {
        return missing.isEmpty();
    }

    /** Takes this rank's gradients to the host; in the place of one that is missing, whatever there is. */
    void collect() {
        try (Scope scope = Scope.open()) {
            Tensor[] parts = new Tensor[gradients.length];
            for (int place = 0; place < parts.length; place++) {
                Tensor part = gradients[place] == null ? views.get(place) : gradients[place];
                parts[place] = part.reshape(size(parameters.get(place)));
            }
            sums.backend().download(sums.backend().concat(0, parts), host);
        }
    }

    /** Gets what every rank has for this rank's chunk. Away from the computing thread. */
    void exchange(Communicator ranks) {
        byte[] own = new byte[gradients.length];
        for (int place = 0; place < own.length; place++) {
            own[place] = (byte) (gradients[place] == null ? 0 : 1);
        }
        present = ranks.allGather(own);
        chunk = Chunk.of(host.length, ranks.rank(), ranks.size());
        if (present.stream().anyMatch(GradientBucket::hasAny)) {
            ranks.reduceScatter(name(), host, (rank, theirs, from, to) -> {
                if (rank == pieces.size()) {
                    pieces.add(new float[to - from]);
                }
                System.arraycopy(theirs, from, pieces.get(rank), 0, to - from);
            });
        }
    }

    private static boolean hasAny(byte[] theirs) {
        for (byte each : theirs) {
            if (each != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds {@code share} times every rank's gradients to this rank's chunk of the sums.
     *
     * @param last whether the sums are whole then
     */
    void add(double share, boolean last) {
        for (int rank = 0; rank < present.size(); rank++) {
            add(present.get(rank), rank, share);
        }
        if (last && chunk.length() > 0) {
            try (Scope scope = Scope.open()) {
                float[] values = sums.narrow(chunk.from(), chunk.length()).toFloats();
                System.arraycopy(values, 0, host, chunk.from(), values.length);
            }
        }
        addition.countDown();
    }

    private void add(byte[] theirs, int rank, double share) {
        int place = 0;
        while (place < begun.length) {
            int next = place + 1;
            while (next < begun.length && isAlike(theirs, place, next)) {
                next++;
            }
            if (theirs[place] != 0) {
                int from = Math.max(chunk.from(), starts[place]);
                int to = Math.min(chunk.to(), starts[next]);
                if (from < to) {
                    float[] numbers = Arrays.copyOfRange(pieces.get(rank), from - chunk.from(), to - chunk.from());
                    add(numbers, from, share, begun[place]);
                }
                Arrays.fill(begun, place, next, true);
            }
            place = next;
        }
    }

    private boolean isAlike(byte[] theirs, int one, int other) {
        return theirs[one] == theirs[other] && begun[one] == begun[other];
    }

    /** As a {@link dev.retort.nn.optim.GradientAccumulator} does it. */
    private void add(float[] numbers, int from, double share, boolean toSum) {
        try (Scope scope = Scope.open()) {
            Tensor sum = sums.narrow(from, numbers.length);
            Tensor piece = sums.backend().tensor(numbers, numbers.length);
            if (toSum) {
                sums.backend().axpy(sum, share, piece);
            } else {
                sums.backend().assign(sum, piece.mul(share));
            }
        }
    }

    /** Gets the other ranks' chunks of the sums, when this rank's is there. Away from the computing thread. */
    void exchangeSums(Communicator ranks) {
        try {
            addition.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted before this rank's gradients were added", e);
        }
        if (hasSums()) {
            ranks.allGather(name(), host);
        }
    }

    private boolean hasSums() {
        for (boolean any : begun) {
            if (any) {
                return true;
            }
        }
        return false;
    }

    /** Takes the sums of all ranks to the backend. */
    void takeSums() {
        if (hasSums()) {
            try (Scope scope = Scope.open()) {
                sums.backend().assign(sums, sums.backend().tensor(host, host.length));
            }
        }
    }

    /** The sums that a step has, by parameter. */
    Map<Parameter, Tensor> sums() {
        Map<Parameter, Tensor> whole = new HashMap<>();
        for (int place = 0; place < begun.length; place++) {
            if (begun[place]) {
                whole.put(parameters.get(place), views.get(place));
            }
        }
        return whole;
    }

    @Override
    public void close() {
        views.forEach(Tensor::close);
        sums.close();
    }
}
