package dev.retort.detection.draw;

import dev.retort.detection.data.RgbImage;

/** Lays a map of weights, such as a decoder's attention over one pyramid level, over an image as colors. */
public final class HeatMap {
    private HeatMap() {}

    /**
     * A copy of the image with the map over it, blended bilinearly between cells. Colors run from the least to the
     * greatest value among the cells that the image covers (a map of equal values is all lowest color).
     *
     * @param map {@code [mapHeight, mapWidth]} row-major; its cell (i, j) covers the pixels from (j*stride, i*stride), so
     *     a map of a padded batch is taken as it is
     * @param stride pixels of {@code image} a cell
     * @param alpha opacity of the map, 0 to 1
     */
    public static RgbImage overlay(
            RgbImage image, float[] map, int mapHeight, int mapWidth, double stride, double alpha) {
        if (map.length != mapHeight * mapWidth || map.length == 0) {
            throw new IllegalArgumentException("A map of " + mapHeight + "x" + mapWidth
                    + " cells needs as many values, " + "at least one, not " + map.length);
        }
        if (!(stride > 0) || !(alpha >= 0 && alpha <= 1)) {
            throw new IllegalArgumentException(
                    "Stride must be positive and alpha within [0, 1], not " + stride + " and " + alpha);
        }
        int rows = (int) Math.min(mapHeight, Math.ceil(image.height() / stride));
        int columns = (int) Math.min(mapWidth, Math.ceil(image.width() / stride));
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double value = map[i * mapWidth + j];
                if (!Double.isFinite(value)) {
                    throw new IllegalArgumentException(
                            "The map's value at row " + i + ", column " + j + " is " + value);
                }
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        double range = high > low ? high - low : 1;
        byte[] rgb = image.rgb().clone();
        for (int y = 0; y < image.height(); y++) {
            Between row = Between.of(y, stride, rows);
            for (int x = 0; x < image.width(); x++) {
                Between column = Between.of(x, stride, columns);
                double above = column.blend(map, row.first * mapWidth);
                double below = column.blend(map, row.second * mapWidth);
                double value = above + row.share * (below - above);
                int color = Palette.heat((value - low) / range);
                int at = (y * image.width() + x) * 3;
                for (int c = 0; c < 3; c++) {
                    int over = color >> (16 - 8 * c) & 0xff;
                    rgb[at + c] = (byte) (image.value(x, y, c) * (1 - alpha) + over * alpha + 0.5);
                }
            }
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    /** The two cells whose centers a pixel's center lies between, and how far it is to the second. */
    private record Between(int first, int second, double share) {
        static Between of(int pixel, double stride, int cells) {
            double position = Math.max(0, Math.min(cells - 1, (pixel + 0.5) / stride - 0.5));
            int first = (int) position;
            return new Between(first, Math.min(first + 1, cells - 1), position - first);
        }

        double blend(float[] map, int offset) {
            return map[offset + first] + share * (map[offset + second] - map[offset + first]);
        }
    }
}
