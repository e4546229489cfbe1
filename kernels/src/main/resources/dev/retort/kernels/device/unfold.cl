// What a library needs to make convolutions as products of matrices: patches laid out as rows, and the epilogue by itself.
#include "product.h"

// Patches of x as rows [pixels, taps*channels], for one group.
KERNEL unfold(Convolution c, GLOBAL const T* x, int x0, GLOBAL T* patches, int patches0) {
    int length = c.kernel_h * c.kernel_w * c.channels;
    int place = ITEM(0);
    int out_pixel = ITEM(1);
    if (place < length && out_pixel < c.images * c.out_height * c.out_width) {
        int pixel = pixel_under(&c, out_pixel, place / c.channels);
        patches[patches0 + out_pixel * length + place] =
                pixel >= 0 ? x[x0 + pixel * c.in_stride + place % c.channels] : 0;
    }
}

// y [rows, columns], finished where it lies.
KERNEL finish(
        int rows,
        int columns,
        Epilogue epilogue,
        GLOBAL const T* bias,
        int bias0,
        GLOBAL const T* addend,
        int addend0,
        GLOBAL T* y,
        int y0) {
    int column = ITEM(0);
    int row = ITEM(1);
    if (column < columns && row < rows) {
        int place = row * columns + column;
        y[y0 + place] = finished(y[y0 + place], epilogue, bias + bias0, column, addend + addend0, place);
    }
}
