package dev.retort.bench;

import dev.retort.kernels.simd.internal.engine.Engine;
import dev.retort.kernels.simd.internal.engine.Gemm;
import dev.retort.kernels.simd.internal.engine.Gemm.Matrix;
import dev.retort.kernels.simd.internal.run.Parallel;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Square products in float32 and float64, on one and on two threads. The counter {@code operations} is in floating-point operations per second;
 * its share of {@link FmaPeakBenchmark}'s is the share of the peak. The command line stands there.
 */
@State(Scope.Benchmark)
public class GemmBenchmark extends KernelBenchmark {
    /** Rows, columns and depth. */
    @Param({"512", "1024", "2048"})
    public int size;

    /** Threads of the pool. */
    @Param({"1", "2"})
    public int threads;

    private Gemm<float[]> floats;
    private Matrix<float[]> a;
    private Matrix<float[]> b;
    private Matrix<float[]> c;
    private Gemm<double[]> doubles;
    private Matrix<double[]> wideA;
    private Matrix<double[]> wideB;
    private Matrix<double[]> wideC;

    /** Fills A and B with numbers that are neither 0 nor tiny. */
    @Setup
    public void fill() {
        Engine engine = Engine.vector(new Parallel(threads));
        floats = Gemm.floats(engine);
        a = floats(0.5f);
        b = floats(0.25f);
        c = floats(0f);
        doubles = Gemm.doubles(engine);
        wideA = doubles(0.5);
        wideB = doubles(0.25);
        wideC = doubles(0);
    }

    private Matrix<float[]> floats(float value) {
        float[] data = new float[size * size];
        Arrays.fill(data, value);
        return Matrix.of(data, 0, size);
    }

    private Matrix<double[]> doubles(double value) {
        double[] data = new double[size * size];
        Arrays.fill(data, value);
        return Matrix.of(data, 0, size);
    }

    /** C = A B in float32. */
    @Benchmark
    public float[] multiply(FmaPeakBenchmark.Count count) {
        floats.multiply(size, size, size, a, b, c);
        count.operations += 2.0 * size * size * size;
        return c.data();
    }

    /** C = A B in float64. */
    @Benchmark
    public double[] multiplyDoubles(FmaPeakBenchmark.Count count) {
        doubles.multiply(size, size, size, wideA, wideB, wideC);
        count.operations += 2.0 * size * size * size;
        return wideC.data();
    }
}
