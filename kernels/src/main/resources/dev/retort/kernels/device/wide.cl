// Products for CPUs: a work-item holds ROWS x LANES sums in vector registers, multiplies single elements of A, read where they lie, with
// vectors of B, packed into panels of LANES columns. Needs vector types, so it is for OpenCL only.
#include "product.h"

#define JOIN_AGAIN(a, b) a##b
#define JOIN(a, b) JOIN_AGAIN(a, b)
#define V JOIN(T, LANES)
#define LOAD(place) JOIN(vload, LANES)(0, place)
#define STORE(v, place) JOIN(vstore, LANES)(v, 0, place)

// Panels of B: packed [batch][panel][tap*inner + i][lane], columns beyond the last are zero.
KERNEL wide_pack(
        int taps,
        int inner,
        int columns,
        int tap_stride,
        int inner_stride,
        int column_stride,
        int batch,
        int outer_stride,
        int batch_stride,
        GLOBAL const T* b,
        int b0,
        GLOBAL T* packed,
        int packed0) {
    int kk = ITEM(0);
    int panel = ITEM(1);
    int panels = (columns + LANES - 1) / LANES;
    if (kk < taps * inner && panel < panels) {
        GLOBAL const T* from = b + b0 + ITEM(2) / batch * outer_stride + ITEM(2) % batch * batch_stride
                + kk / inner * tap_stride + kk % inner * inner_stride + panel * LANES * column_stride;
        GLOBAL T* to = packed + packed0 + ((ITEM(2) * panels + panel) * taps * inner + kk) * LANES;
        int count = columns - panel * LANES;
        for (int lane = 0; lane < LANES; lane++) {
            to[lane] = lane < count ? from[lane * column_stride] : 0;
        }
    }
}

// sums[r] += A(row r, kk) * panel row kk, for `count` kk; row r of A begins at rows[r] and goes on by `step`.
#define ACCUMULATE(sums, rows, step, panel, count)                 \
    for (int kk = 0; kk < (count); kk++) {                         \
        V v = LOAD((panel) + kk * LANES);                          \
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) {         \
            sums[r] += (rows)[r][kk * (step)] * v;                 \
        }                                                          \
    }

// Stores a row of sums; columns beyond the last are dropped.
DEVICE void store_row(
        V sums,
        int columns,
        Epilogue epilogue,
        GLOBAL const T* bias,
        GLOBAL const T* addend,
        GLOBAL T* row) {
    T lanes[LANES];
    if (columns >= LANES) {
        if (epilogue.bias) {
            sums += LOAD(bias);
        }
        if (epilogue.addend) {
            sums += LOAD(addend);
        }
        if (epilogue.relu) {
            sums = sums <= 0 ? (V) 0 : sums;
        }
        STORE(sums, row);
        return;
    }
    STORE(sums, lanes);
    for (int lane = 0; lane < columns; lane++) {
        row[lane] = finished(lanes[lane], epilogue, bias, lane, addend, lane);
    }
}

KERNEL gemm_wide(
        Gemm g,
        GLOBAL const T* a,
        int a0,
        GLOBAL const T* packed,
        int packed0,
        Epilogue epilogue,
        GLOBAL const T* bias,
        int bias0,
        GLOBAL T* c,
        int c0) {
    int first = ITEM(0) * ROWS;
    int panel = ITEM(1);
    int panels = (g.n + LANES - 1) / LANES;
    if (first < g.m && panel < panels) {
        int outer = ITEM(2) / g.batch;
        int inner = ITEM(2) % g.batch;
        GLOBAL const T* a_own = a + a0 + outer * g.a_outer + inner * g.a_inner;
        GLOBAL const T* rows[ROWS];
        V sums[ROWS];
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) {
            rows[r] = a_own + (first + r < g.m ? first + r : g.m - 1) * g.a_row;
            sums[r] = 0;
        }
        GLOBAL const T* from = packed + packed0 + (ITEM(2) * panels + panel) * g.k * LANES;
        if (g.a_column == 1) {
            ACCUMULATE(sums, rows, 1, from, g.k)
        } else {
            ACCUMULATE(sums, rows, g.a_column, from, g.k)
        }
        int column = panel * LANES;
        GLOBAL T* c_own = c + c0 + outer * g.c_outer + inner * g.c_inner + column;
        for (int r = 0; r < ROWS && first + r < g.m; r++) {
            store_row(sums[r], g.n - column, epilogue, bias + bias0 + column, bias, c_own + (first + r) * g.c_row);
        }
    }
}

// The sums of ROWS pixels, consecutive from `first` on in images of `own_height` x `own_width`. A tap reads `inner` elements of a pixel
// in images of `height` x `width`, which SOURCE names; where there is none it reads `zeros`. The products with those are NaN for an
// infinite weight: `dropped` says to leave them out. Only the first pixel is divided out. A tap has sums of its own: compilers keep those
// of one loop in registers, and spill those that several loops share.
#define CONVOLVE(SOURCE, pixels, own_height, own_width, height, width, from, stride, inner, zeros, dropped, panel)     \
    GLOBAL const T* rows[ROWS];                                                                                         \
    V sums[ROWS];                                                                                                       \
    int ys[ROWS];                                                                                                       \
    int xs[ROWS];                                                                                                       \
    int bases[ROWS];                                                                                                    \
    int x_of = first % (own_width);                                                                                     \
    int y_of = first / (own_width) % (own_height);                                                                      \
    int base = first / (own_width) / (own_height) * (height) * (width);                                                 \
    _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                                  \
        sums[r] = 0;                                                                                                    \
        ys[r] = first + r < (pixels) ? y_of : NOWHERE;                                                                  \
        xs[r] = x_of;                                                                                                   \
        bases[r] = base;                                                                                                \
        x_of++;                                                                                                         \
        if (x_of == (own_width)) {                                                                                      \
            x_of = 0;                                                                                                   \
            y_of++;                                                                                                     \
            if (y_of == (own_height)) {                                                                                 \
                y_of = 0;                                                                                               \
                base += (height) * (width);                                                                             \
            }                                                                                                           \
        }                                                                                                               \
    }                                                                                                                   \
    GLOBAL const T* weights = panel;                                                                                    \
    for (int tap_y = 0; tap_y < c.kernel_h; tap_y++) {                                                                  \
        for (int tap_x = 0; tap_x < c.kernel_w; tap_x++) {                                                              \
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                          \
                int source_y = SOURCE(ys[r], tap_y, c.stride_h, c.pad_h, c.dilation_h);                                        \
                int source_x = SOURCE(xs[r], tap_x, c.stride_w, c.pad_w, c.dilation_w);                                        \
                int inside = source_y >= 0 && source_y < (height) && source_x >= 0 && source_x < (width);               \
                rows[r] = inside ? (from) + (bases[r] + source_y * (width) + source_x) * (stride) : (zeros);            \
            }                                                                                                           \
            V parts[ROWS];                                                                                              \
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                          \
                parts[r] = 0;                                                                                           \
            }                                                                                                           \
            ACCUMULATE(parts, rows, 1, weights, inner)                                                                  \
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                          \
                sums[r] += (dropped) && rows[r] == (zeros) ? (V) 0 : parts[r];                                          \
            }                                                                                                           \
            weights += (inner) * LANES;                                                                                 \
        }                                                                                                               \
    }

// Far enough outside of every image that no tap of its window lies inside, and near enough that nothing overflows.
#define NOWHERE (-(1 << 20))

KERNEL convolution_wide(
        Convolution c,
        GLOBAL const T* x,
        int x0,
        GLOBAL const T* packed,
        int packed0,
        GLOBAL const T* zeros,
        int zeros0,
        Epilogue epilogue,
        GLOBAL const T* bias,
        int bias0,
        GLOBAL const T* addend,
        int addend0,
        GLOBAL T* y,
        int y0) {
    int pixels = c.images * c.out_height * c.out_width;
    int first = ITEM(0) * ROWS;
    int panel = ITEM(1);
    int panels = (c.outputs + LANES - 1) / LANES;
    if (first < pixels && panel < panels) {
        int taps = c.kernel_h * c.kernel_w;
        GLOBAL const T* from = packed + packed0 + (ITEM(2) * panels + panel) * taps * c.channels * LANES;
        CONVOLVE(
                under,
                pixels,
                c.out_height,
                c.out_width,
                c.height,
                c.width,
                x + x0 + ITEM(2) * c.channels,
                c.in_stride,
                c.channels,
                zeros + zeros0,
                0,
                from)
        int column = ITEM(2) * c.outputs + panel * LANES;
        for (int r = 0; r < ROWS && first + r < pixels; r++) {
            int place = (first + r) * c.out_stride + column;
            store_row(
                    sums[r],
                    c.outputs - panel * LANES,
                    epilogue,
                    bias + bias0 + column,
                    addend + addend0 + place,
                    y + y0 + place);
        }
    }
}

KERNEL convolution_input_wide(
        Convolution c,
        GLOBAL const T* g,
        int g0,
        GLOBAL const T* packed,
        int packed0,
        GLOBAL const T* zeros,
        int zeros0,
        GLOBAL T* dx,
        int dx0) {
    int pixels = c.images * c.height * c.width;
    int first = ITEM(0) * ROWS;
    int panel = ITEM(1);
    int panels = (c.channels + LANES - 1) / LANES;
    if (first < pixels && panel < panels) {
        int taps = c.kernel_h * c.kernel_w;
        GLOBAL const T* from = packed + packed0 + (ITEM(2) * panels + panel) * taps * c.outputs * LANES;
        CONVOLVE(
                over,
                pixels,
                c.height,
                c.width,
                c.out_height,
                c.out_width,
                g + g0 + ITEM(2) * c.outputs,
                c.out_stride,
                c.outputs,
                zeros + zeros0,
                1,
                from)
        int column = ITEM(2) * c.channels + panel * LANES;
        Epilogue none = {0, 0, 0};
        for (int r = 0; r < ROWS && first + r < pixels; r++) {
            GLOBAL T* row = dx + dx0 + (first + r) * c.in_stride + column;
            store_row(sums[r], c.channels - panel * LANES, none, g, g, row);
        }
    }
}

// A work-item holds ROWS outputs x LANES channels of one tap, and sums over a chunk of output rows. y is [chunks, weight].
KERNEL convolution_weight_wide(
        Convolution c,
        int chunk,
        int chunks,
        GLOBAL const T* x,
        int x0,
        GLOBAL const T* g,
        int g0,
        GLOBAL T* dw,
        int dw0) {
    int output = ITEM(0) * ROWS;
    int panels = (c.channels + LANES - 1) / LANES;
    int taps = c.kernel_h * c.kernel_w;
    int tap = ITEM(1) / panels;
    int channel = ITEM(1) % panels * LANES;
    if (output < c.outputs && tap < taps) {
        int group = ITEM(2) / chunks;
        int first = ITEM(2) % chunks * chunk;
        int out_rows = c.images * c.out_height;
        int last = out_rows - first < chunk ? out_rows : first + chunk;
        int shift_y = tap / c.kernel_w * c.dilation_h - c.pad_h;
        int shift_x = tap % c.kernel_w * c.dilation_w - c.pad_w;
        // The output pixels of a row that lie under this tap inside the image.
        int left = shift_x >= 0 ? 0 : (-shift_x + c.stride_w - 1) / c.stride_w;
        int right = c.width - 1 - shift_x < 0 ? 0 : (c.width - 1 - shift_x) / c.stride_w + 1;
        if (right > c.out_width) {
            right = c.out_width;
        }
        int count = c.channels - channel;
        V sums[ROWS];
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) {
            sums[r] = 0;
        }
        for (int out_row = first; out_row < last; out_row++) {
            int y = out_row % c.out_height * c.stride_h + shift_y;
            if (y < 0 || y >= c.height) {
                continue;
            }
            GLOBAL const T* x_row = x + x0 + group * c.channels + channel
                    + ((out_row / c.out_height * c.height + y) * c.width + shift_x) * c.in_stride;
            GLOBAL const T* g_row = g + g0 + group * c.outputs + out_row * c.out_width * c.out_stride;
            GLOBAL const T* rows[ROWS];
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) {
                rows[r] = g_row + (output + r < c.outputs ? output + r : c.outputs - 1);
            }
            V parts[ROWS];
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) {
                parts[r] = 0;
            }
            if (count >= LANES) {
                for (int out_x = left; out_x < right; out_x++) {
                    V v = LOAD(x_row + out_x * c.stride_w * c.in_stride);
                    _Pragma("unroll") for (int r = 0; r < ROWS; r++) {
                        parts[r] += rows[r][out_x * c.out_stride] * v;
                    }
                }
            } else {
                for (int out_x = left; out_x < right; out_x++) {
                    T lanes[LANES];
                    for (int lane = 0; lane < LANES; lane++) {
                        lanes[lane] = lane < count ? x_row[out_x * c.stride_w * c.in_stride + lane] : 0;
                    }
                    V v = LOAD(lanes);
                    _Pragma("unroll") for (int r = 0; r < ROWS; r++) {
                        parts[r] += rows[r][out_x * c.out_stride] * v;
                    }
                }
            }
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) {
                sums[r] += parts[r];
            }
        }
        int length = taps * c.channels;
        GLOBAL T* dw_own = dw + dw0 + ITEM(2) % chunks * c.out_stride * length
                + (group * c.outputs + output) * length + tap * c.channels + channel;
        Epilogue none = {0, 0, 0};
        for (int r = 0; r < ROWS && output + r < c.outputs; r++) {
            store_row(sums[r], count, none, g, g, dw_own + r * length);
        }
    }
}
