package org.example.gradients;

import dev.retort.tensor.Tensor;

/**
 * Self-attention with one head: softmax(q k^T / sqrt(d)) v, where q, k and v are linear in x, and what the mask hides counts
 * for nothing.
 *
 * @param query [C, d]
 * @param key [C, d]
 * @param value [C, d]
 */
public record SelfAttention(Tensor query, Tensor key, Tensor value) {
    /** What a hidden score becomes: small enough for e^x to vanish beside any other. */
    private static final double HIDDEN = -1e9;

    /**
     * @param x [N, S, C]
     * @param visible BOOL [S, S]: which positions (columns) each position (row) may look at
     * @return [N, S, d]
     */
    public Tensor forward(Tensor x, Tensor visible) {
        Tensor scores = x.matmul(query).matmul(x.matmul(key), false, true).mul(1 / Math.sqrt(query.dim(1)));
        // A constant in the scores' place: no gradient flows through what is hidden.
        Tensor hidden = scores.detach().mul(0).add(HIDDEN);
        return visible.where(scores, hidden).softmax(-1).matmul(x.matmul(value));
    }
}
