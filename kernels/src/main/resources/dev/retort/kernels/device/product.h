// What kernels of products share: shapes, the places of operands, and what is done to sums before they are stored.

// A batch of products C = op(A) op(B): where element (row, column) of matrix (i, j) lies is i*outer + j*inner + row*row + column*column.
typedef struct {
    int m;
    int n;
    int k;
    int batch;
    int a_row, a_column, a_outer, a_inner;
    int b_row, b_column, b_outer, b_inner;
    int c_row, c_outer, c_inner;
} Gemm;

// A convolution, see Conv2dSpec; `channels` and `outputs` are those of one group, `in_stride` and `out_stride` of all.
typedef struct {
    int images;
    int height, width, in_stride;
    int out_height, out_width, out_stride;
    int kernel_h, kernel_w;
    int stride_h, stride_w;
    int pad_h, pad_w;
    int dilation_h, dilation_w;
    int channels, outputs;
} Convolution;

// Which of the steps are taken: add a bias by column, add an element of another tensor of C's layout, ReLU.
typedef struct {
    int bias;
    int addend;
    int relu;
} Epilogue;

// Along one axis: the place in x under a tap of the window of output `at`, which may lie in the padding.
DEVICE int under(int at, int tap, int stride, int pad, int dilation) {
    return at * stride - pad + tap * dilation;
}

// Along one axis: the output whose window has `at` of x under a tap, which may lie beyond the last; negative if there is none.
DEVICE int over(int at, int tap, int stride, int pad, int dilation) {
    int place = at + pad - tap * dilation;
    return stride == 1 ? place : place >= 0 && place % stride == 0 ? place / stride : -1;
}

// The pixel of x under a tap of the window of an output pixel, as its number among all images' pixels; -1 for padding.
DEVICE int pixel_under(const Convolution* c, int out_pixel, int tap) {
    int row = out_pixel / c->out_width;
    int y = under(row % c->out_height, tap / c->kernel_w, c->stride_h, c->pad_h, c->dilation_h);
    int x = under(out_pixel % c->out_width, tap % c->kernel_w, c->stride_w, c->pad_w, c->dilation_w);
    int inside = y >= 0 && y < c->height && x >= 0 && x < c->width;
    return inside ? (row / c->out_height * c->height + y) * c->width + x : -1;
}

// The output pixel whose window has a pixel of x under a tap; -1 if there is none.
DEVICE int pixel_over(const Convolution* c, int in_pixel, int tap) {
    int row = in_pixel / c->width;
    int y = over(row % c->height, tap / c->kernel_w, c->stride_h, c->pad_h, c->dilation_h);
    int x = over(in_pixel % c->width, tap % c->kernel_w, c->stride_w, c->pad_w, c->dilation_w);
    int inside = y >= 0 && y < c->out_height && x >= 0 && x < c->out_width;
    return inside ? (row / c->height * c->out_height + y) * c->out_width + x : -1;
}

// A sum as it is stored: `column` counts within the bias, `place` within C.
DEVICE T finished(
        T sum, Epilogue epilogue, GLOBAL const T* bias, int column, GLOBAL const T* addend, int place) {
    if (epilogue.bias) {
        sum += bias[column];
    }
    if (epilogue.addend) {
        sum += addend[place];
    }
    return epilogue.relu && sum <= 0 ? 0 : sum;
}
