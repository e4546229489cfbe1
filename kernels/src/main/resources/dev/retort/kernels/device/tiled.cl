// Products for devices with many small cores: each of 16 x 16 work-items of a group holds MICRO x MICRO sums, a tile in all; both
// operands pass through local memory in steps of STEP. Convolutions are the same product with operands that are looked up in place.
#include "product.h"

#define SIDE 16
#define TILE (SIDE * MICRO)

// Sums over k in [first, last); LOAD_A(row, k), LOAD_B(k, column) and STORE(row, column, sum) see rows below `m`, columns below `n`.
#define TILED_PRODUCT(m, n, first, last, LOAD_A, LOAD_B, STORE)                                                         \
    LOCAL T a_tile[STEP][TILE];                                                                                          \
    LOCAL T b_tile[STEP][TILE];                                                                                          \
    int row0 = GROUP(0) * TILE;                                                                                          \
    int column0 = GROUP(1) * TILE;                                                                                       \
    int item = LOCAL_ITEM(1) * SIDE + LOCAL_ITEM(0);                                                                     \
    T sums[MICRO][MICRO];                                                                                                \
    for (int i = 0; i < MICRO; i++) {                                                                                    \
        for (int j = 0; j < MICRO; j++) {                                                                                \
            sums[i][j] = 0;                                                                                              \
        }                                                                                                                \
    }                                                                                                                    \
    for (int start = first; start < (last); start += STEP) {                                                             \
        for (int e = item; e < STEP * TILE; e += SIDE * SIDE) {                                                          \
            int kk = start + e / TILE;                                                                                   \
            int row = row0 + e % TILE;                                                                                   \
            int column = column0 + e % TILE;                                                                             \
            a_tile[e / TILE][e % TILE] = row < (m) && kk < (last) ? LOAD_A(row, kk) : 0;                                 \
            b_tile[e / TILE][e % TILE] = column < (n) && kk < (last) ? LOAD_B(kk, column) : 0;                           \
        }                                                                                                                \
        BARRIER();                                                                                                       \
        for (int s = 0; s < STEP; s++) {                                                                                 \
            for (int i = 0; i < MICRO; i++) {                                                                            \
                T u = a_tile[s][LOCAL_ITEM(1) + i * SIDE];                                                               \
                for (int j = 0; j < MICRO; j++) {                                                                        \
                    sums[i][j] += u * b_tile[s][LOCAL_ITEM(0) + j * SIDE];                                               \
                }                                                                                                        \
            }                                                                                                            \
        }                                                                                                                \
        BARRIER();                                                                                                       \
    }                                                                                                                    \
    for (int i = 0; i < MICRO; i++) {                                                                                    \
        for (int j = 0; j < MICRO; j++) {                                                                                \
            int row = row0 + LOCAL_ITEM(1) + i * SIDE;                                                                   \
            int column = column0 + LOCAL_ITEM(0) + j * SIDE;                                                             \
            if (row < (m) && column < (n)) {                                                                             \
                STORE(row, column, sums[i][j])                                                                           \
            }                                                                                                            \
        }                                                                                                                \
    }

KERNEL gemm_tiled(
        Gemm g,
        GLOBAL const T* a,
        int a0,
        GLOBAL const T* b,
        int b0,
        Epilogue epilogue,
        GLOBAL const T* bias,
        int bias0,
        GLOBAL T* c,
        int c0) {
    int outer = GROUP(2) / g.batch;
    int inner = GROUP(2) % g.batch;
    GLOBAL const T* a_own = a + a0 + outer * g.a_outer + inner * g.a_inner;
    GLOBAL const T* b_own = b + b0 + outer * g.b_outer + inner * g.b_inner;
    GLOBAL T* c_own = c + c0 + outer * g.c_outer + inner * g.c_inner;
#define GEMM_A(row, kk) a_own[(row) * g.a_row + (kk) * g.a_column]
#define GEMM_B(kk, column) b_own[(kk) * g.b_row + (column) * g.b_column]
#define GEMM_C(row, column, sum) \
    c_own[(row) * g.c_row + (column)] = finished(sum, epilogue, bias + bias0, column, bias, 0);
    TILED_PRODUCT(g.m, g.n, 0, g.k, GEMM_A, GEMM_B, GEMM_C)
}

// y [pixels, outputs] = patches of x [pixels, taps*channels] times weight^T, by groups.
KERNEL convolution_tiled(
        Convolution c,
        GLOBAL const T* x,
        int x0,
        GLOBAL const T* weight,
        int weight0,
        Epilogue epilogue,
        GLOBAL const T* bias,
        int bias0,
        GLOBAL const T* addend,
        int addend0,
        GLOBAL T* y,
        int y0) {
    int group = GROUP(2);
    int pixels = c.images * c.out_height * c.out_width;
    int length = c.kernel_h * c.kernel_w * c.channels;
    GLOBAL const T* w_own = weight + weight0 + group * c.outputs * length;
    GLOBAL const T* x_own = x + x0 + group * c.channels;
#define PATCH(row, kk)                                        \
    ((pixel = pixel_under(&c, row, (kk) / c.channels)) >= 0   \
                    ? x_own[pixel * c.in_stride + (kk) % c.channels] \
                    : 0)
#define WEIGHT(kk, column) w_own[(column) * length + (kk)]
#define OUTPUT(row, column, sum)                                                                                        \
    int place = (row) * c.out_stride + group * c.outputs + (column);                                                     \
    y[y0 + place] = finished(sum, epilogue, bias + bias0, group * c.outputs + (column), addend + addend0, place);
    int pixel;
    TILED_PRODUCT(pixels, c.outputs, 0, length, PATCH, WEIGHT, OUTPUT)
}

// dx [pixels of x, channels]: the sum over taps and outputs of g times weight.
KERNEL convolution_input_tiled(
        Convolution c,
        GLOBAL const T* g,
        int g0,
        GLOBAL const T* weight,
        int weight0,
        GLOBAL T* dx,
        int dx0) {
    int group = GROUP(2);
    int pixels = c.images * c.height * c.width;
    int taps = c.kernel_h * c.kernel_w;
    GLOBAL const T* w_own = weight + weight0 + group * c.outputs * taps * c.channels;
    GLOBAL const T* g_own = g + g0 + group * c.outputs;
#define GRADIENT(row, kk)                                    \
    ((pixel = pixel_over(&c, row, (kk) / c.outputs)) >= 0    \
                    ? g_own[pixel * c.out_stride + (kk) % c.outputs] \
                    : 0)
#define TURNED(kk, column) w_own[((kk) % c.outputs * taps + (kk) / c.outputs) * c.channels + (column)]
#define INPUT(row, column, sum) dx[dx0 + (row) * c.in_stride + group * c.channels + (column)] = sum;
    int pixel;
    TILED_PRODUCT(pixels, c.channels, 0, taps * c.outputs, GRADIENT, TURNED, INPUT)
}

// dw [outputs, taps*channels] = g^T times patches of x, the pixels in chunks whose sums are added up afterwards: [chunks, weight].
KERNEL convolution_weight_tiled(
        Convolution c,
        int chunk,
        int chunks,
        GLOBAL const T* x,
        int x0,
        GLOBAL const T* g,
        int g0,
        GLOBAL T* dw,
        int dw0) {
    int group = GROUP(2) / chunks;
    int first = GROUP(2) % chunks * chunk;
    int pixels = c.images * c.out_height * c.out_width;
    int last = pixels - first < chunk ? pixels : first + chunk;
    int length = c.kernel_h * c.kernel_w * c.channels;
    GLOBAL const T* x_own = x + x0 + group * c.channels;
    GLOBAL const T* g_own = g + g0 + group * c.outputs;
    GLOBAL T* dw_own = dw + dw0 + GROUP(2) % chunks * c.out_stride * length + group * c.outputs * length;
#define GRADIENT_OF(row, kk) g_own[(kk) * c.out_stride + (row)]
#define PATCH_OF(kk, column)                                          \
    ((pixel = pixel_under(&c, kk, (column) / c.channels)) >= 0        \
                    ? x_own[pixel * c.in_stride + (column) % c.channels] \
                    : 0)
#define PARTIAL(row, column, sum) dw_own[(row) * length + (column)] = sum;
    int pixel;
    TILED_PRODUCT(c.outputs, length, first, last, GRADIENT_OF, PATCH_OF, PARTIAL)
}
