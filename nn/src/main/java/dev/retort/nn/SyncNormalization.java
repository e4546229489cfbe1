package dev.retort.nn;

import dev.retort.autograd.CustomOp;
import dev.retort.nn.parallel.Communicator;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * y = gamma (x - mean)/sqrt(var + eps) + beta of this rank's x [N, H, W, C], with mean and variance over all ranks. Its gradient is that of
 * all ranks' losses, as every rank's x moves the statistics. Inputs: x, gamma, beta, mean, variance; the latter two as constants, whose
 * part is in the gradient of x.
 *
 * @param layer the norm's name, the same in every rank
 * @param count values of a channel in all ranks
 */
record SyncNormalization(String layer, Communicator ranks, long count, double eps) implements CustomOp {
    private static final int[] ROWS = {0, 1, 2};

    @Override
    public String name() {
        return "sync_batch_norm";
    }

    @Override
    public Tensor forward(Backend backend, List<Tensor> inputs) {
        Tensor scale = inputs.get(1).div(deviation(inputs));
        return inputs.get(0).sub(inputs.get(3)).mul(scale).add(inputs.get(2));
    }

    private Tensor deviation(List<Tensor> inputs) {
        return inputs.get(4).add(eps).sqrt();
    }

    /** dx = gamma/sqrt(var + eps) (g - mean(g) - n mean(g n)), n = (x - mean)/sqrt(var + eps), with means over all ranks. */
    @Override
    public List<Tensor> backward(Backend backend, List<Tensor> inputs, Tensor output, Tensor gradient) {
        if (backend != backend.root()) {
            throw new IllegalStateException("The batch norm '" + layer
                    + "' has no second derivative among ranks: its sums leave the tape. Take it in one rank");
        }
        Tensor gamma = inputs.get(1);
        Tensor deviation = deviation(inputs);
        Tensor normal = inputs.get(0).sub(inputs.get(3)).div(deviation);
        Tensor beta = gradient.sum(ROWS);
        Tensor scale = gradient.mul(normal).sum(ROWS);
        Tensor[] means = means(beta, scale);
        Tensor x = gradient.sub(means[0]).sub(normal.mul(means[1])).mul(gamma.div(deviation));
        Tensor none = backend.zeros(beta.shape(), beta.dtype());
        return List.of(x, scale, beta, none, none);
    }

    /** Sums of every rank, [C], over the count. */
    private Tensor[] means(Tensor... sums) {
        int channels = sums[0].dim(0);
        double[] own = new double[sums.length * channels];
        for (int i = 0; i < sums.length; i++) {
            System.arraycopy(sums[i].toDoubles(), 0, own, i * channels, channels);
        }
        double[] all = new double[own.length];
        for (double[] part : ranks.allGatherNumbers("gradients of " + layer, own)) {
            Arrays.setAll(all, i -> all[i] + part[i]);
        }
        Tensor[] means = new Tensor[sums.length];
        for (int i = 0; i < sums.length; i++) {
            double[] mean = Arrays.copyOfRange(all, i * channels, (i + 1) * channels);
            Arrays.setAll(mean, c -> mean[c] / count);
            means[i] = sums[i].backend().tensor(mean, sums[i].shape(), sums[i].dtype());
        }
        return means;
    }
}
