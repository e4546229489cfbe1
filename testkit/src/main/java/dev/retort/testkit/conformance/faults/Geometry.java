package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/**
 * Convolutions that go by another geometry than they were given. The shapes of all operands contradict it, which a kernel that
 * forgot an option would not notice: tensors are cropped, or continued with zeros, to what the other geometry wants.
 */
final class Geometry {
    private Geometry() {}

    /** Goes on with other arguments, fitted to one another if there is a convolution's geometry among them. */
    static Object proceed(Call call, Object[] args) throws Throwable {
        int spec = place(call, Conv2dSpec.class, "spec");
        int weight = place(call, Tensor.class, "weight");
        int x = place(call, Tensor.class, "x");
        int g = place(call, Tensor.class, "g");
        if (spec < 0 || args[spec].equals(call.args()[spec])) {
            return call.proceed(args);
        }
        Conv2dSpec changed = (Conv2dSpec) args[spec];
        Object[] fitted = args.clone();
        int inputPlace = x >= 0 ? x : place(call, Shape.class, "input");
        Shape weights = shape(args[weight >= 0 ? weight : place(call, Shape.class, "weight")]);
        Shape input = shape(args[inputPlace]);
        Shape narrow = input.with(3, weights.dim(3) * changed.groups());
        fitted[inputPlace] = x >= 0 ? fit(call, (Tensor) args[x], narrow) : narrow;
        if (g >= 0) {
            fitted[g] = fit(call, (Tensor) args[g], changed.outputShape(narrow, weights));
        }
        Object result = call.proceed(fitted);
        return x >= 0 ? result : Call.map(result, y -> fit(call, y, input));
    }

    private static Shape shape(Object argument) {
        return argument instanceof Tensor tensor ? tensor.shape() : (Shape) argument;
    }

    private static int place(Call call, Class<?> type, String name) {
        for (int i = 0; i < call.args().length; i++) {
            if (call.target().method().getParameterTypes()[i] == type
                    && call.target().parameter(i).getName().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static Tensor fit(Call call, Tensor x, Shape wanted) {
        Values from = Values.of(call.inner(), x);
        Values to = Values.zeros(wanted, x.dtype());
        int[] extents = wanted.toArray();
        for (int i = 0; i < to.size(); i++) {
            int rest = i;
            int place = 0;
            boolean inside = true;
            long[] strides = x.shape().strides();
            for (int axis = extents.length - 1; axis >= 0; axis--) {
                int coordinate = rest % extents[axis];
                rest /= extents[axis];
                inside &= coordinate < x.dim(axis);
                place += (int) (coordinate * strides[axis]);
            }
            if (inside) {
                to.take(i, from, place);
            }
        }
        return to.upload(call.inner());
    }
}
