package dev.retort.tensor;

/**
 * What a backend's memory looks like now.
 *
 * @param liveBytes bytes held by tensors that are not closed
 * @param pooledBytes bytes kept for reuse
 * @param peakLiveBytes largest value of liveBytes so far
 * @param allocations how often memory was newly allocated, not taken from the pool
 */
public record MemoryStatistics(long liveBytes, long pooledBytes, long peakLiveBytes, long allocations) {}
