package dev.retort.serve.api;

import dev.retort.detection.DetectedObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * An output tensor: of N images, K objects of the image that has most; behind an image's own, boxes and scores are 0 and classes -1.
 *
 * @param values row-major; whole numbers where the datatype is INT64
 */
record InferOutput(String name, String datatype, long[] shape, double[] values) {
    /** What a model gives, as the metadata say it. */
    static final List<InferOutput> DECLARED = of(List.of()).stream()
            .map(output -> new InferOutput(
                    output.name,
                    output.datatype,
                    Arrays.stream(output.shape)
                            .map(extent -> extent == 0 ? -1 : extent)
                            .toArray(),
                    new double[0]))
            .toList();

    private static final int CORNERS = 4;

    /** All outputs for the objects of each image. */
    static List<InferOutput> of(List<List<DetectedObject>> images) {
        int n = images.size();
        int k = images.stream().mapToInt(List::size).max().orElse(0);
        return List.of(
                new InferOutput(
                        Tensors.BOXES,
                        Tensors.FP32,
                        new long[] {n, k, CORNERS},
                        values(
                                images,
                                k,
                                0,
                                List.of(
                                        DetectedObject::left,
                                        DetectedObject::top,
                                        DetectedObject::right,
                                        DetectedObject::bottom))),
                new InferOutput(
                        Tensors.SCORES,
                        Tensors.FP32,
                        new long[] {n, k},
                        values(images, k, 0, List.of(DetectedObject::score))),
                new InferOutput(
                        Tensors.CLASSES,
                        Tensors.INT64,
                        new long[] {n, k},
                        values(images, k, -1, List.of(DetectedObject::classIndex))),
                new InferOutput(
                        Tensors.COUNTS,
                        Tensors.INT64,
                        new long[] {n},
                        images.stream().mapToDouble(List::size).toArray()));
    }

    private static double[] values(
            List<List<DetectedObject>> images, int k, double padding, List<ToDoubleFunction<DetectedObject>> parts) {
        double[] values = new double[images.size() * k * parts.size()];
        Arrays.fill(values, padding);
        for (int n = 0; n < images.size(); n++) {
            int at = n * k * parts.size();
            for (DetectedObject object : images.get(n)) {
                for (ToDoubleFunction<DetectedObject> part : parts) {
                    values[at++] = part.applyAsDouble(object);
                }
            }
        }
        return values;
    }

    /** The values as JSON has them. */
    Object data() {
        if (datatype.equals(Tensors.INT64)) {
            return Arrays.stream(values).mapToLong(value -> (long) value).toArray();
        }
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** The values as the binary extension has them: little-endian. */
    byte[] binary() {
        boolean whole = datatype.equals(Tensors.INT64);
        ByteBuffer bytes = ByteBuffer.allocate(values.length * (whole ? Long.BYTES : Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            if (whole) {
                bytes.putLong((long) value);
            } else {
                bytes.putFloat((float) value);
            }
        }
        return bytes.array();
    }
}
