package dev.retort.testkit.cases;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.SplittableRandom;

/**
 * One operand of an {@link OperationCase}: its shape, its type, and how its values are drawn.
 *
 * @param fixed the dtype, or null for the one that the case runs in
 * @param differentiable whether gradients for it are checked
 * @param exact whether integer types take the drawn numbers as they are; otherwise eight times as large, rounded
 */
public record Operand(Shape shape, DType fixed, boolean differentiable, boolean exact, Values values) {

    /** Draws the value of element i. */
    @FunctionalInterface
    public interface Values {
        double draw(SplittableRandom random, int i);
    }

    /** Uniform in [-1, 1). */
    public static Operand uniform(int... extents) {
        return between(-1, 1, extents);
    }

    /** Uniform in [low, high). */
    public static Operand between(double low, double high, int... extents) {
        return of(extents, (random, i) -> random.nextDouble(low, high));
    }

    /**
     * Multiples of 0.05 in [low, high], shifted by {@code shift}: with shifts that differ by 0.025, two operands never tie
     * and never come near a kink that lies on the grid.
     */
    public static Operand grid(double low, double high, double shift, int... extents) {
        int steps = (int) Math.rint((high - low) * 20);
        return of(extents, (random, i) -> low + random.nextInt(steps + 1) * 0.05 + shift);
    }

    /** All different, at least 1/64 apart, around 0, in an order that looks random. */
    public static Operand distinct(int... extents) {
        int size = (int) Shape.of(extents).size();
        int stride = coprime(size);
        return of(extents, (random, i) -> ((long) i * stride % size - size / 2 + 0.5) / 64);
    }

    /** These values, row-major. */
    public static Operand of(Shape shape, double... values) {
        return new Operand(shape, null, true, true, (random, i) -> values[i]);
    }

    /** I64 indices in [0, extent). */
    public static Operand index(int extent, int... extents) {
        return new Operand(Shape.of(extents), DType.I64, false, true, (random, i) -> random.nextInt(extent));
    }

    /** BOOL, both values alike. */
    public static Operand mask(int... extents) {
        return new Operand(Shape.of(extents), DType.BOOL, false, true, (random, i) -> random.nextInt(2));
    }

    /** 0 or 1, a constant. */
    public static Operand bits(int... extents) {
        return new Operand(Shape.of(extents), null, false, true, (random, i) -> random.nextInt(2));
    }

    private static Operand of(int[] extents, Values values) {
        return new Operand(Shape.of(extents), null, true, false, values);
    }

    /** The same without gradient. */
    public Operand constant() {
        return new Operand(shape, fixed, false, exact, values);
    }

    /** The same in a dtype of its own. */
    public Operand as(DType dtype) {
        return new Operand(shape, dtype, differentiable && dtype.isFloating(), exact, values);
    }

    /** The dtype in a case that runs in {@code dtype}. */
    public DType type(DType dtype) {
        return fixed == null ? dtype : fixed;
    }

    /** The values, already rounded to the operand's type in a case of {@code dtype}. */
    public double[] draw(DType dtype, SplittableRandom random) {
        double[] drawn = new double[(int) shape.size()];
        for (int i = 0; i < drawn.length; i++) {
            double value = values.draw(random, i);
            drawn[i] = switch (type(dtype)) {
                case F64 -> value;
                case F32 -> (float) value;
                case I32, I64 -> Math.rint(exact ? value : 8 * value);
                case BOOL -> value > 0 ? 1 : 0;
            };
        }
        return drawn;
    }

    /** Brings values that the type can hold to a backend. */
    public static Tensor upload(Backend backend, double[] values, Shape shape, DType dtype) {
        return switch (dtype) {
            case F32, F64 -> backend.tensor(values, shape, dtype);
            case I32 -> {
                int[] integers = new int[values.length];
                for (int i = 0; i < integers.length; i++) {
                    integers[i] = (int) values[i];
                }
                yield backend.upload(integers, shape, dtype);
            }
            case I64 -> {
                long[] integers = new long[values.length];
                for (int i = 0; i < integers.length; i++) {
                    integers[i] = (long) values[i];
                }
                yield backend.upload(integers, shape, dtype);
            }
            case BOOL -> {
                byte[] bytes = new byte[values.length];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) (values[i] != 0 ? 1 : 0);
                }
                yield backend.upload(bytes, shape, dtype);
            }
        };
    }

    /** A stride that visits every place of {@code size} once; of an empty operand it is never asked for one. */
    private static int coprime(int size) {
        int stride = 37;
        while (size > 0 && gcd(stride, size) > 1) {
            stride++;
        }
        return stride;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
