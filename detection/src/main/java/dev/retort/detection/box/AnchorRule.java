package dev.retort.detection.box;

/** Where anchors lie: programs differ by half a pixel, and at coarse levels by more. */
public enum AnchorRule {
    /** Real coordinates; cells are a level's stride apart. */
    DETECTRON2 {
        @Override
        double[] cell(double size, double ratio) {
            double width = Math.sqrt(size * size / ratio);
            double height = ratio * width;
            return new double[] {-width / 2, -height / 2, width / 2, height / 2};
        }

        @Override
        int step(int stride, int map, int batch) {
            return stride;
        }
    },
    /**
     * torchvision's (models/detection/anchor_utils.py): sizes are cut to whole pixels, corners are computed in float32 and rounded
     * half to even; cells are as many pixels apart as the batch has for each cell, which is more than the stride where it does not
     * divide the batch.
     */
    TORCHVISION {
        @Override
        double[] cell(double size, double ratio) {
            float height = (float) Math.sqrt((float) ratio);
            float width = 1 / height;
            double right = Math.rint(width * (int) size / 2);
            double bottom = Math.rint(height * (int) size / 2);
            return new double[] {-right, -bottom, right, bottom};
        }

        @Override
        int step(int stride, int map, int batch) {
            return map == 0 ? stride : batch / map;
        }
    };

    /** The anchor of a cell at the origin: [4], XYXY. */
    abstract double[] cell(double size, double ratio);

    /**
     * Pixels between two cells along an axis.
     *
     * @param map cells along it
     * @param batch pixels along it, padding included
     */
    abstract int step(int stride, int map, int batch);
}
