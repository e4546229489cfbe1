package dev.retort.bench;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What one core can do at most: twelve independent chains of fused multiply-adds, all in registers. The counter
 * {@code operations} is in floating-point operations per second; a multiply-add counts as two.
 *
 * <p>Run next to {@link GemmBenchmark}, so that both see the same clock:
 *
 * <pre>{@code
 * mvn -q -pl bench -am package -DskipTests dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java @cli/src/main/resources/dev/retort/cli/jvm-options -Xmx2g \
 *     -cp bench/target/classes:$(cat bench/target/classpath) org.openjdk.jmh.Main 'FmaPeak|Gemm'
 * }</pre>
 */
public class FmaPeakBenchmark extends KernelBenchmark {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int ROUNDS = 100_000;
    private static final int CHAINS = 12;

    /** Floating-point operations done. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Count {
        /** Reported per second. */
        public double operations;
    }

    /**
     * Each chain is a sum of equal products, as in a matrix product; none grows beyond a hundred. Two rounds in one turn of the loop make the
     * method too long to be inlined, whereupon the compiler of JDK 25 spills chains and halves the peak.
     */
    @Benchmark
    public float peak(Count count) {
        FloatVector factor = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector term = FloatVector.broadcast(SPECIES, 1e-3f);
        FloatVector a = term;
        FloatVector b = term;
        FloatVector c = term;
        FloatVector d = term;
        FloatVector e = term;
        FloatVector f = term;
        FloatVector g = term;
        FloatVector h = term;
        FloatVector i = term;
        FloatVector j = term;
        FloatVector k = term;
        FloatVector l = term;
        for (int round = 0; round < ROUNDS; round += 2) {
            a = factor.fma(term, a);
            b = factor.fma(term, b);
            c = factor.fma(term, c);
            d = factor.fma(term, d);
            e = factor.fma(term, e);
            f = factor.fma(term, f);
            g = factor.fma(term, g);
            h = factor.fma(term, h);
            i = factor.fma(term, i);
            j = factor.fma(term, j);
            k = factor.fma(term, k);
            l = factor.fma(term, l);
            a = factor.fma(term, a);
            b = factor.fma(term, b);
            c = factor.fma(term, c);
            d = factor.fma(term, d);
            e = factor.fma(term, e);
            f = factor.fma(term, f);
            g = factor.fma(term, g);
            h = factor.fma(term, h);
            i = factor.fma(term, i);
            j = factor.fma(term, j);
            k = factor.fma(term, k);
            l = factor.fma(term, l);
        }
        count.operations += 2.0 * CHAINS * SPECIES.length() * ROUNDS;
        return a.add(b)
                .add(c)
                .add(d)
                .add(e)
                .add(f)
                .add(g)
                .add(h)
                .add(i)
                .add(j)
                .add(k)
                .add(l)
                .lane(0);
    }
}
