package dev.retort.tensor;

import java.util.List;

/** A capability of backends whose kernels can be timed one by one: {@link Backend#capability}. */
public interface KernelProfiler {
    /** Begins to measure how long each kernel runs; what was measured before is forgotten. */
    void startProfile();

    /** What was measured since {@link #startProfile}, by kernel, the longest first; waits for all that was asked for, and ends measuring. */
    List<KernelTime> profile();
}
