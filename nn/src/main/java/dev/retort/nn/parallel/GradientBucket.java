package dev.retort.nn.parallel;

import dev.retort.autograd.Parameter;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    private GradientBucket(List<Parameter> parameters, int offset) {
        this.parameters = parameters;
        this.offset = offset;
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

    /** The next addition is the first one of a step. */
    void restart() {
        Arrays.fill(begun, false);
    }

    /**
     * Adds {@code share} times every rank's gradients to this rank's chunk of the sums.
     *
     * @param present for each rank and each parameter of all buckets, whether there is a gradient
     */
    void add(GradientSource gradients, List<byte[]> present, Communicator ranks, double share) {
        if (present.stream().noneMatch(this::hasAny)) {
            return;
        }
        collect(gradients);
        ranks.reduceScatter(name(), host, (rank, pieces, from, to) -> {
            byte[] theirs = present.get(rank);
            int place = 0;
            while (place < begun.length) {
                int next = place + 1;
                while (next < begun.length && isAlike(theirs, place, next)) {
                    next++;
                }
                if (theirs[offset + place] != 0) {
                    add(pieces, Math.max(from, starts[place]), Math.min(to, starts[next]), share, begun[place]);
                    Arrays.fill(begun, place, next, true);
                }
                place = next;
            }
        });
    }

    private boolean hasAny(byte[] theirs) {
        for (int place = 0; place < begun.length; place++) {
            if (theirs[offset + place] != 0) {
                return true;
            }
        }
        return false;
    }

    private boolean isAlike(byte[] theirs, int one, int other) {
        return theirs[offset + one] == theirs[offset + other] && begun[one] == begun[other];
    }

    /** As a {@link dev.retort.nn.optim.GradientAccumulator} does it. */
    private void add(float[] pieces, int from, int to, double share, boolean toSum) {
        if (from >= to) {
            return;
        }
        try (Scope scope = Scope.open()) {
            Tensor sum = sums.narrow(from, to - from);
            Tensor piece = sums.backend().tensor(Arrays.copyOfRange(pieces, from, to), to - from);
            if (toSum) {
                sums.backend().axpy(sum, share, piece);
            } else {
                sums.backend().assign(sum, piece.mul(share));
            }
        }
    }

    /** Takes this rank's gradients to the host; in the place of one that is missing, whatever there is. */
    private void collect(GradientSource gradients) {
        try (Scope scope = Scope.open()) {
            Tensor[] parts = new Tensor[parameters.size()];
            for (int place = 0; place < parts.length; place++) {
                Tensor gradient = gradients.of(parameters.get(place));
                parts[place] = (gradient == null ? views.get(place) : gradient).reshape(size(parameters.get(place)));
            }
            sums.backend().download(sums.backend().concat(0, parts), host);
        }
    }

    /** Gives every rank the whole sums: those that a step has, by parameter. */
    Map<Parameter, Tensor> share(Communicator ranks) {
        Map<Parameter, Tensor> shared = new HashMap<>();
        for (int place = 0; place < begun.length; place++) {
            if (begun[place]) {
                shared.put(parameters.get(place), views.get(place));
            }
        }
        if (!shared.isEmpty()) {
            gather(ranks);
        }
        return shared;
    }

    private void gather(Communicator ranks) {
        Chunk own = Chunk.of(host.length, ranks.rank(), ranks.size());
        try (Scope scope = Scope.open()) {
            if (own.length() > 0) {
                float[] values = sums.narrow(own.from(), own.length()).toFloats();
                System.arraycopy(values, 0, host, own.from(), values.length);
            }
            ranks.allGather(name(), host);
            sums.backend().assign(sums, sums.backend().tensor(host, host.length));
        }
    }

    @Override
    public void close() {
        views.forEach(Tensor::close);
        sums.close();
    }
}
