package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.device.DeviceBackend;
import dev.retort.kernels.simd.SimdProvider;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.MatmulPrecision;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The kernels of matrix.cu in every precision, with both tiles and both widths of copies, above the stand-in: what they give is what
 * float32 gives of operands that were rounded before.
 */
@Execution(ExecutionMode.CONCURRENT)
@EnabledOnOs(OS.LINUX)
class CudaMatrixTest {
    @ParameterizedTest
    @EnumSource(MatmulPrecision.class)
    void productsAreThoseOfRoundedOperands(MatmulPrecision precision) throws IOException, InterruptedException {
        String said = StandInProcess.run(
                Products.class,
                List.of(),
                "-Dcompute=" + precision,
                "-D" + CudaDevice.AUTOTUNE_PROPERTY + "=rules",
                "-D" + CudaProvider.PRODUCTS_PROPERTY + "=own");
        assertThat(said).contains("worst ").contains("left behind 0 blocks");
        System.out.println(precision + ": "
                + said.lines()
                        .filter(line -> line.contains("worst"))
                        .findFirst()
                        .orElse(""));
    }

    /** Compares products with those of simd; ends with an error at the first that is too far away. */
    static final class Products {
        private static final double ENOUGH = 2e-6;
        private static double worst;

        private Products() {}

        public static void main(String[] arguments) {
            MatmulPrecision precision = MatmulPrecision.valueOf(System.getProperty("compute"));
            try (DeviceBackend cuda = (DeviceBackend) new CudaProvider().create("/" + precision.name());
                    Backend simd = new SimdProvider().create()) {
                for (int groups : new int[] {1, Integer.MAX_VALUE}) {
                    cuda.use(cuda.tuning().withMatrixGroups(groups));
                    matrices(cuda, simd, precision, 37, 41, 67);
                    matrices(cuda, simd, precision, 132, 260, 36);
                    matrices(cuda, simd, precision, 64, 128, 16);
                    matrices(cuda, simd, precision, 1, 4, 4);
                    convolutions(cuda, simd, precision, 8, 12, 1, new Conv2dSpec(1, 1, 1, 1, 1, 1, 1));
                    convolutions(cuda, simd, precision, 36, 140, 1, new Conv2dSpec(2, 2, 1, 1, 1, 1, 1));
                    convolutions(cuda, simd, precision, 3, 5, 1, new Conv2dSpec(2, 1, 3, 0, 1, 2, 1));
                    convolutions(cuda, simd, precision, 16, 8, 2, new Conv2dSpec(1, 1, 2, 2, 2, 2, 2));
                }
                System.out.println("worst " + worst);
            }
        }

        private static void matrices(Backend cuda, Backend simd, MatmulPrecision precision, int m, int n, int k) {
            for (boolean ta : new boolean[] {false, true}) {
                for (boolean tb : new boolean[] {false, true}) {
                    float[] a = random(m * k, precision, 1);
                    float[] b = random(k * n, precision, 2);
                    Shape aShape = ta ? Shape.of(k, m) : Shape.of(m, k);
                    Shape bShape = tb ? Shape.of(n, k) : Shape.of(k, n);
                    GemmSpec spec = GemmSpec.dense(m, n, k, ta, tb);
                    compare("gemm " + spec, cuda, simd, a, aShape, b, bShape, (x, y) -> x.backend()
                            .gemm(x, y, spec, Shape.of(m, n)));
                }
            }
        }

        private static void convolutions(
                Backend cuda, Backend simd, MatmulPrecision precision, int in, int out, int groups, Conv2dSpec spec) {
            Shape xShape = Shape.of(2, 13, 9, in);
            Shape wShape = Shape.of(out, 3, 3, in / groups);
            Shape yShape = spec.outputShape(xShape, wShape);
            float[] x = random((int) xShape.size(), precision, 3);
            float[] w = random((int) wShape.size(), precision, 4);
            float[] g = random((int) yShape.size(), precision, 5);
            compare("conv2d " + spec, cuda, simd, x, xShape, w, wShape, (a, b) -> a.backend()
                    .conv2d(a, b, spec));
            compare("conv2d for its input " + spec, cuda, simd, g, yShape, w, wShape, (a, b) -> a.backend()
                    .conv2dInputGradient(a, b, xShape, spec));
            compare("conv2d for its weight " + spec, cuda, simd, x, xShape, g, yShape, (a, b) -> a.backend()
                    .conv2dWeightGradient(a, b, wShape, spec));
        }

        private static void compare(
                String what,
                Backend cuda,
                Backend simd,
                float[] a,
                Shape aShape,
                float[] b,
                Shape bShape,
                BiFunction<Tensor, Tensor, Tensor> product) {
            try (Scope scope = Scope.open()) {
                double[] actual = product.apply(cuda.upload(a, aShape, DType.F32), cuda.upload(b, bShape, DType.F32))
                        .toDoubles();
                double[] expected = product.apply(simd.upload(a, aShape, DType.F32), simd.upload(b, bShape, DType.F32))
                        .toDoubles();
                double scale = 0;
                for (double v : expected) {
                    scale = Math.max(scale, Math.abs(v));
                }
                for (int i = 0; i < expected.length; i++) {
                    double distance = Math.abs(actual[i] - expected[i]) / scale;
                    worst = Math.max(worst, distance);
                    if (!(distance < ENOUGH)) {
                        throw new AssertionError(what + " at " + i + ": " + actual[i] + " in place of " + expected[i]);
                    }
                }
            }
        }

        /** Numbers that lose nothing when they are rounded as the way to compute rounds. */
        private static float[] random(int size, MatmulPrecision precision, long seed) {
            Random random = new Random(seed);
            int steps =
                    precision == MatmulPrecision.FP32 ? 1 << 23 : precision == MatmulPrecision.TF32 ? 1 << 10 : 1 << 7;
            float[] values = new float[size];
            for (int i = 0; i < size; i++) {
                values[i] = (random.nextInt(2 * steps + 1) - steps) / (float) steps;
            }
            return values;
        }
    }
}
