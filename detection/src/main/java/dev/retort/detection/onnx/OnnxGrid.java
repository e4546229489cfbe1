package dev.retort.detection.onnx;

/** Boxes in every cell of a map, made in the graph from the map's size. */
public final class OnnxGrid {
    private OnnxGrid() {}

    /**
     * The boxes of all cells, row by row: [H*W*A, 4] XYXY. Those of cell (y, x) are {@code boxes} moved by ((x + offset) * stepX, (y
     * + offset) * stepY).
     *
     * @param map [N, C, H, W]
     * @param boxes [A * 4] XYXY of a cell at the origin
     * @param stepX pixels between the columns, float32 of one element
     * @param stepY pixels between the rows
     */
    public static OnnxValue boxes(OnnxValue map, double[] boxes, double offset, OnnxValue stepX, OnnxValue stepY) {
        OnnxGraph graph = map.graph();
        long count = boxes.length / 4;
        OnnxValue x = centers(map, 3, offset, stepX).reshape(1, -1, 1, 1);
        OnnxValue y = centers(map, 2, offset, stepY).reshape(-1, 1, 1, 1);
        long[] corners = {4};
        OnnxValue shift = x.op("Mul", graph.numbers(corners, 1, 0, 1, 0))
                .op("Add", y.op("Mul", graph.numbers(corners, 0, 1, 0, 1)));
        return shift.op("Add", graph.numbers(new long[] {count, 4}, boxes)).reshape(-1, 4);
    }

    private static OnnxValue centers(OnnxValue map, int axis, double offset, OnnxValue step) {
        OnnxGraph graph = map.graph();
        OnnxValue cells = graph.integer(0).op("Range", map.dim(axis).op("Squeeze"), graph.integer(1));
        return cells.asFloat().op("Add", graph.number(offset)).op("Mul", step);
    }
}
