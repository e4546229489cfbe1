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

// Both walk over pixels: where a tap has none, the row of A is `zeros`.
#define CONVOLVE(pixel_of, taps, from, stride, inner, zeros, panels_of_group)                                   \
    GLOBAL const T* rows[ROWS];                                                                                 \
    V sums[ROWS];                                                                                               \
    _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                          \
        sums[r] = 0;                                                                                            \
    }                                                                                                           \
    for (int tap = 0; tap < (taps); tap++) {                                                                    \
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                      \
            int pixel = first + r < pixels ? pixel_of(&c, first + r, tap) : -1;                                 \
            rows[r] = pixel >= 0 ? (from) + pixel * (stride) : (zeros);                                         \
        }                                                                                                       \
        ACCUMULATE(sums, rows, 1, (panels_of_group) + tap * (inner) * LANES, inner)                             \
    }

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
        CONVOLVE(pixel_under, taps, x + x0 + ITEM(2) * c.channels, c.in_stride, c.channels, zeros + zeros0, from)
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
        CONVOLVE(pixel_over, taps, g + g0 + ITEM(2) * c.outputs, c.out_stride, c.outputs, zeros + zeros0, from)
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
        // The output pixels of a row that lie under this tap inside the picture.
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
            if (count >= LANES) {
                for (int out_x = left; out_x < right; out_x++) {
                    V v = LOAD(x_row + out_x * c.stride_w * c.in_stride);
                    _Pragma("unroll") for (int r = 0; r < ROWS; r++) {
                        sums[r] += rows[r][out_x * c.out_stride] * v;
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
                        sums[r] += rows[r][out_x * c.out_stride] * v;
                    }
                }
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
