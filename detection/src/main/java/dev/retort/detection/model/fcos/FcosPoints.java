package dev.retort.detection.model.fcos;

import dev.retort.detection.box.ImageSize;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Where one level's points lie in the image, and in which units its boxes are measured.
 *
 * @param xy [P * 2]: x and y of each cell's point in pixels, row by row
 * @param stride the level's unit of distances, pixels
 */
public record FcosPoints(double[] xy, int stride) {
    private static final int FINEST_STRIDE = 8;

    /** Pixels between the cells of a level, 0 for p3. */
    static int stride(int level) {
        return FINEST_STRIDE << level;
    }

    /** Number of points, P. */
    public int count() {
        return xy.length / 2;
    }

    /** Squares of one stride around the points, [P * 4] XYXY. */
    double[] squares() {
        double[] squares = new double[4 * count()];
        double half = stride / 2.0;
        for (int i = 0; i < squares.length; i++) {
            squares[i] = xy[2 * (i / 4) + i % 2] + (i % 4 < 2 ? -half : half);
        }
        return squares;
    }

    /**
     * The points of all levels.
     *
     * @param padded size of the batch
     * @param maps the pyramid, [N, H_l, W_l, C], finest first: p3, p4, ...
     */
    public static List<FcosPoints> of(FcosVariant variant, ImageSize padded, List<Tensor> maps) {
        List<FcosPoints> levels = new ArrayList<>();
        for (int level = 0; level < maps.size(); level++) {
            levels.add(level(
                    variant,
                    padded,
                    level,
                    maps.get(level).dim(1),
                    maps.get(level).dim(2)));
        }
        return levels;
    }

    /**
     * The points of one level.
     *
     * @param level 0 for p3
     * @param height of the level's map, cells
     * @param width likewise
     */
    public static FcosPoints level(FcosVariant variant, ImageSize padded, int level, int height, int width) {
        int stride = stride(level);
        boolean centers = variant.pointsAreCenters();
        double offset = centers ? 0.5 : 0;
        int stepY = centers ? stride : padded.height() / height;
        int stepX = centers ? stride : padded.width() / width;
        double[] xy = new double[2 * Math.multiplyExact(height, width)];
        int at = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                xy[at++] = (x + offset) * stepX;
                xy[at++] = (y + offset) * stepY;
            }
        }
        return new FcosPoints(xy, stride);
    }
}
