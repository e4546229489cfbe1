package dev.retort.tensor.reference;

import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.Elements;

/** Max pooling and nearest-neighbor resizing of [N, H, W, C], and their gradients. */
final class Resampling {
    private Resampling() {}

    static void maxPool2d(Tensor x, Pool2dSpec spec, Tensor values, Tensor indices) {
        Elements from = Elements.of(x);
        Elements to = Elements.of(values);
        Elements at = Elements.of(indices);
        int height = x.dim(1);
        int width = x.dim(2);
        int channels = x.dim(3);
        int i = 0;
        for (int image = 0; image < values.dim(0); image++) {
            for (int outY = 0; outY < values.dim(1); outY++) {
                for (int outX = 0; outX < values.dim(2); outX++) {
                    int top = outY * spec.strideH() - spec.padH();
                    int left = outX * spec.strideW() - spec.padW();
                    for (int channel = 0; channel < channels; channel++) {
                        double best = Double.NaN;
                        int place = -1;
                        for (int y = Math.max(top, 0); y < Math.min(top + spec.kernelH(), height); y++) {
                            for (int w = Math.max(left, 0); w < Math.min(left + spec.kernelW(), width); w++) {
                                double value = from.get(((image * height + y) * width + w) * channels + channel);
                                boolean firstNaN = Double.isNaN(value) && !Double.isNaN(best);
                                if (place < 0 || value > best || firstNaN) {
                                    best = value;
                                    place = y * width + w;
                                }
                            }
                        }
                        to.set(i, best);
                        at.set(i, place);
                        i++;
                    }
                }
            }
        }
    }

    static void maxPool2dGradient(Tensor g, Tensor indices, Tensor y) {
        Elements at = Elements.of(indices);
        int channels = g.dim(3);
        int windows = g.dim(1) * g.dim(2) * channels;
        int pixels = y.dim(1) * y.dim(2);
        int[] places = new int[(int) g.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = (i / windows * pixels + (int) at.getLong(i)) * channels + i % channels;
        }
        accumulate(g, places, y);
    }

    static void resizeNearest(Tensor x, Tensor y) {
        int[] places = nearest(x.shape(), y.shape());
        Elements from = Elements.of(x);
        Elements to = Elements.of(y);
        for (int i = 0; i < places.length; i++) {
            to.set(i, from.get(places[i]));
        }
    }

    static void resizeNearestGradient(Tensor g, Tensor y) {
        accumulate(g, nearest(y.shape(), g.shape()), y);
    }

    /** For every element of the resized image, the element that it copies. */
    private static int[] nearest(Shape source, Shape target) {
        int[] places = new int[(int) target.size()];
        int i = 0;
        for (int image = 0; image < target.dim(0); image++) {
            for (int h = 0; h < target.dim(1); h++) {
                int fromH = (int) ((long) h * source.dim(1) / target.dim(1));
                for (int w = 0; w < target.dim(2); w++) {
                    int fromW = (int) ((long) w * source.dim(2) / target.dim(2));
                    int pixel = (image * source.dim(1) + fromH) * source.dim(2) + fromW;
                    for (int channel = 0; channel < target.dim(3); channel++) {
                        places[i++] = pixel * target.dim(3) + channel;
                    }
                }
            }
        }
        return places;
    }

    /** y = zeros with g[i] added at places[i]; summed in float64. */
    private static void accumulate(Tensor g, int[] places, Tensor y) {
        Elements from = Elements.of(g);
        Elements to = Elements.of(y);
        double[] sums = new double[(int) y.size()];
        for (int i = 0; i < places.length; i++) {
            sums[places[i]] += from.get(i);
        }
        for (int i = 0; i < sums.length; i++) {
            to.set(i, sums[i]);
        }
    }
}
