package dev.retort.bench;

import dev.retort.kernels.simd.Engine;
import dev.retort.kernels.simd.Gemm;
import dev.retort.kernels.simd.Gemm.Matrix;
import dev.retort.kernels.simd.Parallel;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Square float32 products on one and on two threads. The counter {@code operations} is in floating-point operations per second;
 * its share of {@link FmaPeakBenchmark}'s is the share of the peak. The command line stands there.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx2g"})
@State(Scope.Benchmark)
public class GemmBenchmark {
    /** Rows, columns and depth. */
    @Param({"512", "1024", "2048"})
    public int size;

    /** Threads of the pool. */
    @Param({"1", "2"})
    public int threads;

    private Gemm gemm;
    private Matrix a;
    private Matrix b;
    private Matrix c;

    /** Fills A and B with numbers that are neither 0 nor tiny. */
    @Setup
    public void fill() {
        gemm = new Gemm(Engine.vector(new Parallel(threads)));
        a = matrix(0.5f);
        b = matrix(0.25f);
        c = matrix(0f);
    }

    private Matrix matrix(float value) {
        float[] data = new float[size * size];
        Arrays.fill(data, value);
        return Matrix.of(data, 0, size);
    }

    /** C = A B. */
    @Benchmark
    public float[] multiply(FmaPeakBenchmark.Count count) {
        gemm.multiply(size, size, size, 1f, a, b, c, false);
        count.operations += 2.0 * size * size * size;
        return c.data();
    }
}
