// Max pooling and nearest-neighbour resizing of [N, H, W, C], and their gradients. Work-items run over channels and pixels.

KERNEL max_pool(
        int height,
        int width,
        int channels,
        int out_height,
        int out_width,
        int pixels,
        int kernel_h,
        int kernel_w,
        int stride_h,
        int stride_w,
        int pad_h,
        int pad_w,
        GLOBAL const T* x,
        int x0,
        GLOBAL T* values,
        int values0,
        GLOBAL int* indices,
        int indices0) {
    int c = ITEM(0);
    int pixel = ITEM(1);
    if (c < channels && pixel < pixels) {
        int image = pixel / (out_height * out_width);
        int top = pixel / out_width % out_height * stride_h - pad_h;
        int left = pixel % out_width * stride_w - pad_w;
        int bottom = top + kernel_h < height ? top + kernel_h : height;
        int right = left + kernel_w < width ? left + kernel_w : width;
        int place = -1;
        T best = 0;
        for (int h = top < 0 ? 0 : top; h < bottom; h++) {
            for (int w = left < 0 ? 0 : left; w < right; w++) {
                T v = x[x0 + ((image * height + h) * width + w) * channels + c];
                if (place < 0 || v > best || (v != v && best == best)) {
                    best = v;
                    place = h * width + w;
                }
            }
        }
        values[values0 + pixel * channels + c] = best;
        indices[indices0 + pixel * channels + c] = place;
    }
}

// A work-item owns one channel of one image in a band of `band` input pixels: it clears it, then adds each of the image's gradients that
// falls into it, in their order.
KERNEL max_pool_gradient(
        int pixels,
        int out_pixels,
        int channels,
        int images,
        int band,
        GLOBAL const T* g,
        int g0,
        GLOBAL const int* indices,
        int indices0,
        GLOBAL T* y,
        int y0) {
    int c = ITEM(0);
    int bands = (pixels + band - 1) / band;
    int image = ITEM(1) / bands;
    if (c < channels && image < images) {
        int first = ITEM(1) % bands * band;
        int end = pixels - first < band ? pixels : first + band;
        GLOBAL T* own = y + y0 + image * pixels * channels + c;
        for (int pixel = first; pixel < end; pixel++) {
            own[pixel * channels] = 0;
        }
        int base = image * out_pixels * channels + c;
        for (int i = 0; i < out_pixels; i++) {
            int pixel = indices[indices0 + base + i * channels];
            if (pixel >= first && pixel < end) {
                own[pixel * channels] += g[g0 + base + i * channels];
            }
        }
    }
}

KERNEL resize_nearest(
        int height,
        int width,
        int channels,
        int out_height,
        int out_width,
        int pixels,
        GLOBAL const T* x,
        int x0,
        GLOBAL T* y,
        int y0) {
    int c = ITEM(0);
    int pixel = ITEM(1);
    if (c < channels && pixel < pixels) {
        int image = pixel / (out_height * out_width);
        int h = (int) ((int64) (pixel / out_width % out_height) * height / out_height);
        int w = (int) ((int64) (pixel % out_width) * width / out_width);
        y[y0 + pixel * channels + c] = x[x0 + ((image * height + h) * width + w) * channels + c];
    }
}

// The first of `outputs` places that copies place i of `inputs`: the least o with floor(o*inputs/outputs) >= i.
DEVICE int first_copy(int i, int inputs, int outputs) {
    return (int) (((int64) i * outputs + inputs - 1) / inputs);
}

KERNEL resize_nearest_gradient(
        int height,
        int width,
        int channels,
        int out_height,
        int out_width,
        int pixels,
        GLOBAL const T* g,
        int g0,
        GLOBAL T* y,
        int y0) {
    int c = ITEM(0);
    int pixel = ITEM(1);
    if (c < channels && pixel < pixels) {
        int image = pixel / (height * width);
        int h = pixel / width % height;
        int w = pixel % width;
        int bottom = first_copy(h + 1, height, out_height);
        int right = first_copy(w + 1, width, out_width);
        T sum = 0;
        for (int i = first_copy(h, height, out_height); i < bottom; i++) {
            for (int j = first_copy(w, width, out_width); j < right; j++) {
                sum += g[g0 + ((image * out_height + i) * out_width + j) * channels + c];
            }
        }
        y[y0 + pixel * channels + c] = sum;
    }
}
