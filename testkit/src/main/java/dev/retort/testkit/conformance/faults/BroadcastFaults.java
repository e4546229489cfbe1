package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;

/** Ways to broadcast an operand, right and wrong. */
final class BroadcastFaults {
    private BroadcastFaults() {}

    /** The shape to which all operands of a call (and a shape among its arguments) broadcast, or null. */
    static Shape common(Call call) {
        Shape common = Shape.SCALAR;
        try {
            for (Tensor x : call.operands()) {
                common = Shape.broadcast(common, x.shape());
            }
            for (Object argument : call.args()) {
                common = argument instanceof Shape shape ? Shape.broadcast(common, shape) : common;
            }
            return common;
        } catch (ShapeException e) {
            return null;
        }
    }

    /** As NumPy does. */
    static Values rightly(Values x, Shape target) {
        Values wide = Values.zeros(target, x.dtype());
        long[] strides = x.shape().broadcastStrides(target);
        int[] extents = target.toArray();
        for (int i = 0; i < wide.size(); i++) {
            int rest = i;
            int place = 0;
            for (int axis = extents.length - 1; axis >= 0; axis--) {
                place += (int) (rest % extents[axis] * strides[axis]);
                rest /= extents[axis];
            }
            wide.take(i, x, place);
        }
        return wide;
    }

    /** Round and round in memory order. */
    static Values asModulus(Values x, Shape target) {
        Values wide = Values.zeros(target, x.dtype());
        for (int i = 0; i < wide.size(); i++) {
            wide.take(i, x, i % x.size());
        }
        return wide;
    }

    /** The first block alone; zeros beyond. */
    static Values onceOnly(Values x, Shape target) {
        Values wide = rightly(x, target);
        for (int i = x.size(); i < wide.size(); i++) {
            wide.set(i, 0);
        }
        return wide;
    }
}
