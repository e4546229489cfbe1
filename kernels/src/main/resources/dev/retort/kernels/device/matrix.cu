// Products in float32 for NVIDIA's GPUs: a group of 256 work-items makes a tile of TILE x TILE sums, of which a warp has half the rows
// and a quarter of the columns. Operands come to shared memory by asynchronous copies of VEC elements, a step while the one before is added up; convolutions
// look theirs up in [N, H, W, C] as they lie. MODE says how products are made: 0 float32, 1 TF32 and 2 BF16 on tensor cores; sums are
// float32 always.
#include "product.h"
#include "mma.h"

#define ITEMS 256
// Two groups at once on a multiprocessor: at most 128 registers each.
#define MATRIX_KERNEL extern "C" __global__ void __launch_bounds__(ITEMS, 2)
#define STEP 16
#define WARP_ROWS (TILE / 2)
#define WARP_COLUMNS (TILE / 4)
// In shared memory what is consecutive is padded so that the lanes of a warp meet no bank twice where they read float32 or TF32.
#define PITCH_ALONG_K (STEP + 4)
#define PITCH_ACROSS_K (TILE + 8)
#define PANEL (TILE * PITCH_ALONG_K)
#define CHUNKS (TILE * STEP / VEC / ITEMS)

struct alignas(16) Four {
    float v[4];
};

// An operand says where it is consecutive (ALONG_K or across), what it is to know of its row or column (Line, made by line), of its place
// along the sum (Place, made by place, moved on by advance), where the VEC elements from there on are (at; null for zeros), and where it begins (from).

// A matrix in memory: element (line, k) is at line*line_stride + k*k_stride.
template <bool ALONG>
struct Matrix {
    static const bool ALONG_K = ALONG;
    typedef int Line;
    typedef int Place;
    const float* from;
    int lines, last, stride;

    DEVICE int line(int line) const {
        return line;
    }
    DEVICE int place(int k) const {
        return k;
    }
    DEVICE void advance(int& k) const {
        k += STEP;
    }
    DEVICE const float* at(int line, int k) const {
        return line < lines && k < last ? from + (ALONG ? line * stride + k : k * stride + line) : 0;
    }
};

struct Pixel {
    int image, y, x;
};

struct Tap {
    int y, x, channel;
};

DEVICE Pixel pixel_of(int number, int height, int width) {
    int row = number / width;
    Pixel pixel = {row / height, row % height, number % width};
    return pixel;
}

DEVICE Tap tap_of(int number, int kernel_w, int channels) {
    int tap = number / channels;
    Tap place = {tap / kernel_w, tap % kernel_w, number % channels};
    return place;
}

// STEP places further along channels, then the window.
DEVICE void advance_tap(Tap& tap, int kernel_w, int channels) {
    tap.channel += STEP;
    while (tap.channel >= channels) {
        tap.channel -= channels;
        if (++tap.x == kernel_w) {
            tap.x = 0;
            tap.y++;
        }
    }
}

// Patches of x: a line is an output pixel, k runs over taps and channels.
struct Patches {
    static const bool ALONG_K = true;
    typedef Pixel Line;
    typedef Tap Place;
    const Convolution& c;
    const float* from;
    int pixels;

    DEVICE Pixel line(int number) const {
        Pixel none = {-1, 0, 0};
        return number < pixels ? pixel_of(number, c.out_height, c.out_width) : none;
    }
    DEVICE Tap place(int k) const {
        return tap_of(k, c.kernel_w, c.channels);
    }
    DEVICE void advance(Tap& tap) const {
        advance_tap(tap, c.kernel_w, c.channels);
    }
    DEVICE const float* at(Pixel pixel, Tap tap) const {
        int y = under(pixel.y, tap.y, c.stride_h, c.pad_h, c.dilation_h);
        int x = under(pixel.x, tap.x, c.stride_w, c.pad_w, c.dilation_w);
        bool inside = pixel.image >= 0 && tap.y < c.kernel_h && y >= 0 && y < c.height && x >= 0 && x < c.width;
        return inside ? from + ((pixel.image * c.height + y) * c.width + x) * c.in_stride + tap.channel : 0;
    }
};

// The outputs whose windows have a pixel of x: a line is that pixel, k runs over taps and outputs.
struct Covering {
    static const bool ALONG_K = true;
    typedef Pixel Line;
    typedef Tap Place;
    const Convolution& c;
    const float* from;
    int pixels;

    DEVICE Pixel line(int number) const {
        Pixel none = {-1, 0, 0};
        return number < pixels ? pixel_of(number, c.height, c.width) : none;
    }
    DEVICE Tap place(int k) const {
        return tap_of(k, c.kernel_w, c.outputs);
    }
    DEVICE void advance(Tap& tap) const {
        advance_tap(tap, c.kernel_w, c.outputs);
    }
    DEVICE const float* at(Pixel pixel, Tap tap) const {
        int y = over(pixel.y, tap.y, c.stride_h, c.pad_h, c.dilation_h);
        int x = over(pixel.x, tap.x, c.stride_w, c.pad_w, c.dilation_w);
        bool inside = pixel.image >= 0 && tap.y < c.kernel_h && y >= 0 && y < c.out_height && x >= 0 && x < c.out_width;
        return inside ? from + ((pixel.image * c.out_height + y) * c.out_width + x) * c.out_stride + tap.channel : 0;
    }
};

// The weight [outputs, taps, channels] as that product wants it: a line is a channel, k runs over taps and outputs.
struct Turned {
    static const bool ALONG_K = false;
    typedef int Line;
    typedef Tap Place;
    const Convolution& c;
    const float* from;

    DEVICE int line(int channel) const {
        return channel;
    }
    DEVICE Tap place(int k) const {
        return tap_of(k, c.kernel_w, c.outputs);
    }
    DEVICE void advance(Tap& tap) const {
        advance_tap(tap, c.kernel_w, c.outputs);
    }
    DEVICE const float* at(int channel, Tap tap) const {
        int taps = c.kernel_h * c.kernel_w;
        bool inside = channel < c.channels && tap.y < c.kernel_h;
        return inside ? from + (tap.channel * taps + tap.y * c.kernel_w + tap.x) * c.channels + channel : 0;
    }
};

// Patches of x turned round: a line is a tap and a channel, k runs over output pixels up to `last`.
struct PatchColumns {
    static const bool ALONG_K = false;
    typedef Tap Line;
    struct Place {
        int number;
        Pixel pixel;
    };
    const Convolution& c;
    const float* from;
    int last;

    DEVICE Tap line(int number) const {
        return tap_of(number, c.kernel_w, c.channels);
    }
    DEVICE Place place(int k) const {
        Place place = {k, pixel_of(k, c.out_height, c.out_width)};
        return place;
    }
    DEVICE void advance(Place& place) const {
        place.number += STEP;
        place.pixel.x += STEP;
        while (place.pixel.x >= c.out_width) {
            place.pixel.x -= c.out_width;
            if (++place.pixel.y == c.out_height) {
                place.pixel.y = 0;
                place.pixel.image++;
            }
        }
    }
    DEVICE const float* at(Tap tap, Place place) const {
        int y = under(place.pixel.y, tap.y, c.stride_h, c.pad_h, c.dilation_h);
        int x = under(place.pixel.x, tap.x, c.stride_w, c.pad_w, c.dilation_w);
        bool inside =
                place.number < last && tap.y < c.kernel_h && y >= 0 && y < c.height && x >= 0 && x < c.width;
        return inside ? from + ((place.pixel.image * c.height + y) * c.width + x) * c.in_stride + tap.channel : 0;
    }
};

// Brings an operand's part of a tile to shared memory, step by step.
template <class Operand>
struct Loader {
    static const int PER_LINE = Operand::ALONG_K ? STEP / VEC : TILE / VEC;
    static const int LINES = Operand::ALONG_K ? CHUNKS : 1;
    static const int PLACES = Operand::ALONG_K ? 1 : CHUNKS;
    const Operand& operand;
    typename Operand::Line lines[LINES];
    typename Operand::Place places[PLACES];
    int target;

    DEVICE Loader(const Operand& operand, int first_line, int first_k) : operand(operand) {
        int item = LOCAL_ITEM(0);
        int across = item / PER_LINE;
        int along = item % PER_LINE * VEC;
        target = across * (Operand::ALONG_K ? PITCH_ALONG_K : PITCH_ACROSS_K) + along;
#pragma unroll
        for (int i = 0; i < LINES; i++) {
            lines[i] = operand.line(first_line + (Operand::ALONG_K ? across + i * (ITEMS / PER_LINE) : along));
        }
#pragma unroll
        for (int i = 0; i < PLACES; i++) {
            places[i] = operand.place(first_k + (Operand::ALONG_K ? along : across + i * (ITEMS / PER_LINE)));
        }
    }

    DEVICE void load(float* panel) {
        const int pitch = Operand::ALONG_K ? PITCH_ALONG_K : PITCH_ACROSS_K;
#pragma unroll
        for (int i = 0; i < CHUNKS; i++) {
            const float* from = operand.at(lines[Operand::ALONG_K ? i : 0], places[Operand::ALONG_K ? 0 : i]);
            float* to = panel + target + i * (ITEMS / PER_LINE) * pitch;
            copy_async<VEC * 4>(to, from ? from : operand.from, !from);
        }
#pragma unroll
        for (int i = 0; i < PLACES; i++) {
            operand.advance(places[i]);
        }
    }
};

// Element (line, k) of a panel.
template <class Operand>
DEVICE float element(const float* panel, int line, int k) {
    return panel[Operand::ALONG_K ? line * PITCH_ALONG_K + k : k * PITCH_ACROSS_K + line];
}

// Elements (line, k .. k + 3) of a panel.
template <class Operand>
DEVICE Four four(const float* panel, int line, int k) {
    if (Operand::ALONG_K) {
        return *(const Four*) (panel + line * PITCH_ALONG_K + k);
    }
    Four result;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        result.v[i] = element<Operand>(panel, line, k + i);
    }
    return result;
}

#if MODE == 0
// Sums in float32: a lane has every eighth row and every fourth column of its warp's.
#define SUM_ROWS (WARP_ROWS / 8)
#define SUM_COLUMNS (WARP_COLUMNS / 4)

struct Sums {
    float sums[SUM_ROWS][SUM_COLUMNS];
    int row, column;

    DEVICE Sums() {
        int lane = LOCAL_ITEM(0) % 32;
        int warp = LOCAL_ITEM(0) / 32;
        row = warp / 4 * WARP_ROWS + lane / 4;
        column = warp % 4 * WARP_COLUMNS + lane % 4;
#pragma unroll
        for (int i = 0; i < SUM_ROWS; i++) {
#pragma unroll
            for (int j = 0; j < SUM_COLUMNS; j++) {
                sums[i][j] = 0;
            }
        }
    }

    template <class A, class B>
    DEVICE void add(const float* a_panel, const float* b_panel) {
#pragma unroll 1
        for (int k = 0; k < STEP; k += 4) {
            Four a[SUM_ROWS];
#pragma unroll
            for (int i = 0; i < SUM_ROWS; i++) {
                a[i] = four<A>(a_panel, row + 8 * i, k);
            }
#pragma unroll
            for (int j = 0; j < SUM_COLUMNS; j++) {
                Four b = four<B>(b_panel, column + 4 * j, k);
#pragma unroll
                for (int i = 0; i < SUM_ROWS; i++) {
#pragma unroll
                    for (int s = 0; s < 4; s++) {
                        sums[i][j] += a[i].v[s] * b.v[s];
                    }
                }
            }
        }
    }

    template <class Store>
    DEVICE void store(Store store) const {
#pragma unroll
        for (int i = 0; i < SUM_ROWS; i++) {
#pragma unroll
            for (int j = 0; j < SUM_COLUMNS; j++) {
                store(row + 8 * i, column + 4 * j, sums[i][j]);
            }
        }
    }
};
#else
// Sums of a warp as tensor cores hold them, 16 x 8 at a time.
#define SUM_ROWS (WARP_ROWS / 16)
#define SUM_COLUMNS (WARP_COLUMNS / 8)

struct Sums {
    float sums[SUM_ROWS][SUM_COLUMNS][4];
    int row, column, g, t;

    DEVICE Sums() {
        int lane = LOCAL_ITEM(0) % 32;
        int warp = LOCAL_ITEM(0) / 32;
        row = warp / 4 * WARP_ROWS;
        column = warp % 4 * WARP_COLUMNS;
        g = lane / 4;
        t = lane % 4;
#pragma unroll
        for (int i = 0; i < SUM_ROWS; i++) {
#pragma unroll
            for (int j = 0; j < SUM_COLUMNS; j++) {
#pragma unroll
                for (int s = 0; s < 4; s++) {
                    sums[i][j][s] = 0;
                }
            }
        }
    }

    // What a register of a fragment holds of a line: at k of TF32, at k and k + 1 of BF16.
    template <class Operand>
    static DEVICE uint part(const float* panel, int line, int k) {
#if MODE == 1
        return to_tf32(element<Operand>(panel, line, k));
#else
        return to_bf16(element<Operand>(panel, line, k), element<Operand>(panel, line, k + 1));
#endif
    }

    template <class A, class B>
    DEVICE void add(const float* a_panel, const float* b_panel) {
        const int depth = MODE == 1 ? 8 : 16;
        int own = MODE == 1 ? t : 2 * t;
#pragma unroll
        for (int k = 0; k < STEP; k += depth) {
            uint b[SUM_COLUMNS][2];
#pragma unroll
            for (int j = 0; j < SUM_COLUMNS; j++) {
                b[j][0] = part<B>(b_panel, column + 8 * j + g, k + own);
                b[j][1] = part<B>(b_panel, column + 8 * j + g, k + own + depth / 2);
            }
#pragma unroll
            for (int i = 0; i < SUM_ROWS; i++) {
                int line = row + 16 * i + g;
                uint a[4] = {
                    part<A>(a_panel, line, k + own),
                    part<A>(a_panel, line + 8, k + own),
                    part<A>(a_panel, line, k + own + depth / 2),
                    part<A>(a_panel, line + 8, k + own + depth / 2),
                };
#pragma unroll
                for (int j = 0; j < SUM_COLUMNS; j++) {
#if MODE == 1
                    mma_tf32(sums[i][j], a, b[j]);
#else
                    mma_bf16(sums[i][j], a, b[j]);
#endif
                }
            }
        }
    }

    template <class Store>
    DEVICE void store(Store store) const {
#pragma unroll
        for (int i = 0; i < SUM_ROWS; i++) {
#pragma unroll
            for (int j = 0; j < SUM_COLUMNS; j++) {
#pragma unroll
                for (int s = 0; s < 4; s++) {
                    store(row + 16 * i + g + s / 2 * 8, column + 8 * j + 2 * t + s % 2, sums[i][j][s]);
                }
            }
        }
    }
};
#endif

// The sums over k in [first, last) of this group's tile, handed to store(row, column, sum), which is to look for rows and columns outside.
template <class A, class B, class Store>
DEVICE void product(const A& a, const B& b, int first, int last, Store store) {
    LOCAL Four a_panels[2][PANEL / 4];
    LOCAL Four b_panels[2][PANEL / 4];
    int row = GROUP(0) * TILE;
    int column = GROUP(1) * TILE;
    Loader<A> a_loader(a, row, first);
    Loader<B> b_loader(b, column, first);
    Sums sums;
    a_loader.load(a_panels[0][0].v);
    b_loader.load(b_panels[0][0].v);
    commit_copies();
    int stage = 0;
    for (int k = first; k < last; k += STEP) {
        if (k + STEP < last) {
            a_loader.load(a_panels[1 - stage][0].v);
            b_loader.load(b_panels[1 - stage][0].v);
        }
        commit_copies();
        await_copies<1>();
        BARRIER();
        sums.template add<A, B>(a_panels[stage][0].v, b_panels[stage][0].v);
        BARRIER();
        stage = 1 - stage;
    }
    await_copies<0>();
    sums.store([&](int r, int c, float sum) { store(row + r, column + c, sum); });
}

// Whether the operands' matrices are consecutive along the sum: A as it is, B transposed.
template <bool A_ALONG, bool B_ALONG>
DEVICE void matrices(
        const Gemm& g,
        const float* a,
        const float* b,
        const Epilogue& epilogue,
        const float* bias,
        float* c) {
    int outer = GROUP(2) / g.batch;
    int inner = GROUP(2) % g.batch;
    Matrix<A_ALONG> left = {
        a + outer * g.a_outer + inner * g.a_inner, g.m, g.k, A_ALONG ? g.a_row : g.a_column};
    Matrix<B_ALONG> right = {
        b + outer * g.b_outer + inner * g.b_inner, g.n, g.k, B_ALONG ? g.b_column : g.b_row};
    float* own = c + outer * g.c_outer + inner * g.c_inner;
    product(left, right, 0, g.k, [&](int row, int column, float sum) {
        if (row < g.m && column < g.n) {
            own[row * g.c_row + column] = finished(sum, epilogue, bias, column, bias, 0);
        }
    });
}

#define MATRICES(name, a_along, b_along)                                               \
    MATRIX_KERNEL name(                                                                       \
            Gemm g,                                                                    \
            const float* a,                                                            \
            int a0,                                                                    \
            const float* b,                                                            \
            int b0,                                                                    \
            Epilogue epilogue,                                                         \
            const float* bias,                                                         \
            int bias0,                                                                 \
            float* c,                                                                  \
            int c0) {                                                                  \
        matrices<a_along, b_along>(g, a + a0, b + b0, epilogue, bias + bias0, c + c0); \
    }

MATRICES(gemm_nn_matrix, true, false)
MATRICES(gemm_nt_matrix, true, true)
MATRICES(gemm_tn_matrix, false, false)
MATRICES(gemm_tt_matrix, false, true)

// y [pixels, outputs] = patches of x [pixels, taps*channels] times weight^T, by groups.
MATRIX_KERNEL convolution_matrix(
        Convolution c,
        const float* x,
        int x0,
        const float* weight,
        int weight0,
        Epilogue epilogue,
        const float* bias,
        int bias0,
        const float* addend,
        int addend0,
        float* y,
        int y0) {
    int group = GROUP(2);
    int pixels = c.images * c.out_height * c.out_width;
    int length = c.kernel_h * c.kernel_w * c.channels;
    Patches patches = {c, x + x0 + group * c.channels, pixels};
    Matrix<true> weights = {weight + weight0 + group * c.outputs * length, c.outputs, length, length};
    product(patches, weights, 0, length, [&](int row, int column, float sum) {
        if (row < pixels && column < c.outputs) {
            int own = group * c.outputs + column;
            int place = row * c.out_stride + own;
            y[y0 + place] = finished(sum, epilogue, bias + bias0, own, addend + addend0, place);
        }
    });
}

// dx [pixels of x, channels]: the sum over taps and outputs of g times weight.
MATRIX_KERNEL convolution_input_matrix(
        Convolution c,
        const float* g,
        int g0,
        const float* weight,
        int weight0,
        float* dx,
        int dx0) {
    int group = GROUP(2);
    int pixels = c.images * c.height * c.width;
    int taps = c.kernel_h * c.kernel_w;
    Covering covering = {c, g + g0 + group * c.outputs, pixels};
    Turned turned = {c, weight + weight0 + group * c.outputs * taps * c.channels};
    product(covering, turned, 0, taps * c.outputs, [&](int row, int column, float sum) {
        if (row < pixels && column < c.channels) {
            dx[dx0 + row * c.in_stride + group * c.channels + column] = sum;
        }
    });
}

// dw [outputs, taps*channels] = g^T times patches of x, the pixels in chunks whose sums are added up afterwards: [chunks, weight].
MATRIX_KERNEL convolution_weight_matrix(
        Convolution c,
        int chunk,
        int chunks,
        const float* x,
        int x0,
        const float* g,
        int g0,
        float* dw,
        int dw0) {
    int group = GROUP(2) / chunks;
    int part = GROUP(2) % chunks;
    int first = part * chunk;
    int pixels = c.images * c.out_height * c.out_width;
    int last = pixels - first < chunk ? pixels : first + chunk;
    int length = c.kernel_h * c.kernel_w * c.channels;
    Matrix<false> gradients = {g + g0 + group * c.outputs, c.outputs, last, c.out_stride};
    PatchColumns patches = {c, x + x0 + group * c.channels, last};
    float* own = dw + dw0 + (part * c.out_stride + group * c.outputs) * length;
    product(gradients, patches, first, last, [&](int row, int column, float sum) {
        if (row < c.outputs && column < length) {
            own[row * length + column] = sum;
        }
    });
}
