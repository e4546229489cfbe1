package dev.retort.kernels.device;

import dev.retort.tensor.Tensor;

/**
 * What a product does with its sums before they leave the registers: add a bias by column, add an element of another tensor at the same
 * place as the result, then ReLU.
 *
 * @param bias one number per column, or null
 * @param addend of the result's shape, or null
 */
record Epilogue(Tensor bias, Tensor addend, boolean relu) {
    static final Epilogue NONE = new Epilogue(null, null, false);

    /** The struct Epilogue of the kernels. */
    int[] struct() {
        return new int[] {bias == null ? 0 : 1, addend == null ? 0 : 1, relu ? 1 : 0};
    }
}
