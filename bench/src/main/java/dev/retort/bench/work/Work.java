package dev.retort.bench.work;

import java.io.IOException;
import java.util.Map;

/**
 * One row of a suite: what is computed here, and in words that a peer understands.
 *
 * @param name begins with the suite's: {@code ops/gemm-1024}
 * @param task for peers: {@code kind} names the work, the other entries its extents
 * @param operations floating-point operations, a multiply-add counts as two; 0 where only memory is moved
 * @param count how often the network has this layer: its weight in a total
 * @param cold whether its first execution is what counts, without warm-up and without a peer
 */
public record Work(String name, Map<String, Object> task, double operations, int count, Setup setup, boolean cold) {

    /** Makes the operands and returns what is to be measured; results go with the scope that each call is given. */
    @FunctionalInterface
    public interface Setup {
        Runnable with(Operands operands) throws IOException;
    }

    /** Work that is warmed up before it is measured. */
    public Work(String name, Map<String, Object> task, double operations, int count, Setup setup) {
        this(name, task, operations, count, setup, false);
    }

    public Work {
        if (!task.containsKey("kind") || count < 1) {
            throw new IllegalArgumentException("Work '" + name + "' needs a kind and a count of 1 or more: " + task);
        }
    }
}
