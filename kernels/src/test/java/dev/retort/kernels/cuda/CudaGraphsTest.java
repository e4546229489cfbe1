package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.ComposedOperations.AdamWSettings;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What repeats is run as CUDA graphs, and nothing else changes. In processes of their own, above the stand-in for the driver. */
@Execution(ExecutionMode.CONCURRENT)
@EnabledOnOs(OS.LINUX)
class CudaGraphsTest {
    private static final String NOTHING_LEFT = "left behind 0 blocks, 0 pinned, 0 modules, 0 events, 0 graphs";
    private static final Pattern GRAPHS = Pattern.compile("stand-in: (\\d+) graphs ran in place of (\\d+) kernels");

    /** Steps of a model that learns by hand; prints what came out. */
    static final class Steps {
        private static final int ROWS = 20;
        private static final int WIDTH = 24;
        private static final int LAYERS = 3;

        private Steps() {}

        private static Tensor values(Backend backend, int rows, int seed) {
            float[] values = new float[rows * WIDTH];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(seed + 0.7 * i);
            }
            return backend.upload(values, Shape.of(rows, WIDTH), DType.F32);
        }

        private static Tensor layers(Tensor x, Tensor weight, Tensor bias) {
            Tensor y = x;
            for (int layer = 0; layer < LAYERS; layer++) {
                y = y.matmul(weight).add(bias).sigmoid();
            }
            return y;
        }

        public static void main(String[] arguments) {
            int steps = Integer.getInteger("steps");
            try (Backend backend = Backends.create(System.getProperty("device"));
                    Scope model = Scope.open()) {
                System.out.println(backend.describe());
                Tensor weight = values(backend, WIDTH, 1);
                Tensor momentum = backend.zeros(weight.shape(), DType.F32);
                Tensor bias = values(backend, 1, 2);
                Tensor average = backend.zeros(bias.shape(), DType.F32);
                Tensor squares = backend.zeros(bias.shape(), DType.F32);
                backend.synchronize();
                for (int step = 0; step < steps; step++) {
                    // Rates change with every step, and so do the batch, its size, and a number that a kernel is called
                    // with.
                    double learningRate = 0.01 / (1 + step);
                    int rows = ROWS + step % 2;
                    try (Scope scope = Scope.open()) {
                        Tensor given = values(backend, rows, 100 + step);
                        Tensor x = values(backend, rows, step);
                        Tensor y = layers(x, weight, bias).mul(given).mul(1 + step);
                        // Memory that is given back and written anew while what reads it has only been asked for.
                        given.close();
                        y = layers(y.sub(values(backend, rows, 200 + step)), weight, bias);
                        backend.sgdStep(weight, x.matmul(y, true, false), momentum, learningRate, 0.9, 1e-3);
                        backend.adamwStep(
                                bias,
                                y.sum(0).reshape(1, WIDTH),
                                average,
                                squares,
                                step + 1,
                                new AdamWSettings(learningRate, 0.9, 0.999, 1e-8, 0.01));
                        System.out.println("step " + step + ": "
                                + Float.floatToIntBits((float) y.sum().item()));
                    }
                }
                System.out.println(
                        "weights: " + Arrays.hashCode(weight.toFloats()) + ' ' + Arrays.hashCode(bias.toFloats()));
            } catch (IllegalStateException refused) {
                System.out.println("refused: " + refused.getMessage());
            }
        }
    }

    private static String steps(String device, String products, String... settings)
            throws IOException, InterruptedException {
        return StandInProcess.run(
                Steps.class,
                List.of(settings),
                "-Ddevice=" + device,
                "-Dsteps=6",
                "-D" + CudaProvider.PRODUCTS_PROPERTY + "=" + products);
    }

    private static List<String> results(String said) {
        return said.lines().filter(line -> line.matches("(step|weights).*")).toList();
    }

    /** Graphs that ran. */
    private static int graphs(String said) {
        Matcher matcher = GRAPHS.matcher(said);
        assertThat(matcher.find()).as(said).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    @Test
    void stepsAreRecordedOnceAndKeepTheirBits() throws IOException, InterruptedException {
        for (String products : new String[] {"own", "cublas"}) {
            String plain = steps("cuda", products);
            String recorded = steps("cuda/graphs", products);
            assertThat(results(recorded)).as(products).hasSize(7).isEqualTo(results(plain));
            assertThat(plain).doesNotContain("as CUDA graphs").contains(NOTHING_LEFT);
            assertThat(graphs(plain)).isZero();
            assertThat(recorded).contains("what repeats as CUDA graphs").contains(NOTHING_LEFT);
            // A step is two runs, before and after memory is written anew. What is met first is no graph: the first
            // step; with
            // cuBLAS, whose calls a graph cannot be told anew, the first of each size.
            assertThat(graphs(recorded)).as(products).isEqualTo(products.equals("own") ? 2 * 5 : 2 * 4);
            assertThat(recorded).containsPattern("told anew [1-9]");
        }
    }

    @Test
    void aGraphThatIsRefusedIsAnError() throws IOException, InterruptedException {
        assertThat(steps("cuda/graphs", "own", "STAND_IN_GRAPHS=2"))
                .contains("step 0: ")
                .contains("refused: Stand-in A")
                .contains("launch of work recorded as a graph failed, out of memory")
                .contains(NOTHING_LEFT);
        assertThat(steps("cuda/graphs", "own", "STAND_IN_GRAPHS=1"))
                .contains("launch of work recorded as a graph failed: ")
                .contains(NOTHING_LEFT);
    }

    /** More runs than are remembered, of kernels in other orders, each twice. */
    static final class ManyRuns {
        private static final int RUNS = 6_000;
        private static final int PIECES = 13;

        private ManyRuns() {}

        public static void main(String[] arguments) {
            try (Backend backend = Backends.create("cuda/graphs")) {
                for (int run = 0; run < RUNS; run++) {
                    for (int time = 0; time < 2; time++) {
                        try (Scope scope = Scope.open()) {
                            Tensor x = backend.full(Shape.of(2), DType.F32, run);
                            double expected = run;
                            for (int i = 0; i < PIECES; i++) {
                                boolean negative = (run >> i & 1) == 0;
                                x = negative ? x.neg() : x.abs();
                                expected = negative ? -expected : Math.abs(expected);
                            }
                            double sum = x.sum().item();
                            if (sum != 2 * expected) {
                                throw new AssertionError(run + ": " + sum + " in place of " + 2 * expected);
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void whatIsNotMetAgainIsForgotten() throws IOException, InterruptedException {
        String said = StandInProcess.run(ManyRuns.class, List.of());
        assertThat(graphs(said)).isEqualTo(ManyRuns.RUNS);
        Matcher most = Pattern.compile("most graphs at once (\\d+)").matcher(said);
        assertThat(most.find()).isTrue();
        assertThat(Integer.parseInt(most.group(1))).isLessThan((1 << 16) / ManyRuns.PIECES + 2);
        assertThat(said).contains(NOTHING_LEFT);
    }
}
