package dev.retort.bench.measure;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One measured row, as {@code --json} writes it. What was not measured is null.
 *
 * @param backend what computed
 * @param jdk version of the Java runtime
 * @param threads that both sides were given
 * @param seconds median of one execution
 * @param gflops 10^9 floating-point operations a second; null where only memory is moved
 * @param peakShare gflops as a share of the multiply-add peak of these threads, measured beside this row
 * @param peer what was run in alternation, with its version
 * @param peerSeconds the peer's median
 * @param ratio peerSeconds / seconds: above 1, this side is faster
 * @param peakBytes largest resident memory of this process while the row was measured
 * @param peerPeakBytes the same of the peer's process
 */
public record Row(
        @JsonProperty("name") String name,
        @JsonProperty("backend") String backend,
        @JsonProperty("jdk") String jdk,
        @JsonProperty("threads") int threads,
        @JsonProperty("seconds") double seconds,
        @JsonProperty("gflops") Double gflops,
        @JsonProperty("peak_share") Double peakShare,
        @JsonProperty("peer") String peer,
        @JsonProperty("peer_seconds") Double peerSeconds,
        @JsonProperty("ratio") Double ratio,
        @JsonProperty("peak_bytes") Long peakBytes,
        @JsonProperty("peer_peak_bytes") Long peerPeakBytes) {}
