package dev.retort.autograd;

import dev.retort.tensor.Tensor;

/**
 * The gradient of one operation: what of its operands and result it needs, and how it makes one gradient per input.
 *
 * @param name the operation, for messages and dumps
 * @param needs for each input, a bit set of the values that its gradient needs: bit i is input i, {@link #OUTPUT} the result
 * @param gradient returns one gradient per input; null where there is none or nobody wants it. A gradient has the result's
 *     broadcast shape or the input's own: the engine sums broadcast axes out.
 */
record Rule(String name, int[] needs, Gradient gradient) {
    static final int NOTHING = 0;
    static final int OUTPUT = 1 << 30;

    interface Gradient {
        Tensor[] of(Recorded recorded, Tensor g);
    }

    static int input(int i) {
        return 1 << i;
    }

    /** The values to save when exactly these inputs are tracked. */
    int saves(Node[] inputs) {
        int saves = NOTHING;
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i] != null) {
                saves |= needs[Math.min(i, needs.length - 1)];
            }
        }
        return saves;
    }
}
