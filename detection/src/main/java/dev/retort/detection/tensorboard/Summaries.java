package dev.retort.detection.tensorboard;

import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.proto.ProtoMessage;
import java.util.List;

/** Values of TensorFlow's {@code Summary} (tensorflow/core/framework/summary.proto, tensor.proto, tensor_shape.proto). */
final class Summaries {
    /** Field of {@code Summary}. */
    private static final int VALUE = 1;

    /** Fields of {@code Summary.Value}. */
    private static final int TAG = 1;

    private static final int SIMPLE_VALUE = 2;
    private static final int IMAGE = 4;
    private static final int TENSOR = 8;
    private static final int METADATA = 9;

    /** Fields of {@code Summary.Image}; the color space of three channels. */
    private static final int HEIGHT = 1;

    private static final int WIDTH = 2;
    private static final int COLOR_SPACE = 3;
    private static final int ENCODED = 4;
    private static final int RGB = 3;

    /** Fields of {@code TensorProto} and {@code TensorShapeProto}; {@code DT_FLOAT}. */
    private static final int DATA_TYPE = 1;

    private static final int SHAPE = 2;
    private static final int FLOAT_VALUES = 5;
    private static final int DIMENSION = 2;
    private static final int SIZE = 1;
    private static final int FLOAT = 1;

    /** Fields of {@code SummaryMetadata}, its {@code PluginData} and the plugin's {@code PrCurvePluginData}. */
    private static final int PLUGIN_DATA = 1;

    private static final int DISPLAY_NAME = 2;
    private static final int PLUGIN_NAME = 1;
    private static final int CONTENT = 2;
    private static final int THRESHOLD_COUNT = 2;
    private static final String CURVES = "pr_curves";

    private static final float JPEG_QUALITY = 0.8f;

    private Summaries() {}

    /** A {@code Summary}. */
    static ProtoMessage of(List<ProtoMessage> values) {
        ProtoMessage summary = new ProtoMessage();
        values.forEach(value -> summary.message(VALUE, value));
        return summary;
    }

    static ProtoMessage scalar(String tag, double value) {
        return new ProtoMessage().text(TAG, tag).number(SIMPLE_VALUE, (float) value);
    }

    /** An image, as JPEG. */
    static ProtoMessage image(String tag, RgbImage image) {
        ProtoMessage encoded = new ProtoMessage()
                .integer(HEIGHT, image.height())
                .integer(WIDTH, image.width())
                .integer(COLOR_SPACE, RGB)
                .bytes(ENCODED, ImageFileWriter.jpeg(image, JPEG_QUALITY));
        return new ProtoMessage().text(TAG, tag).message(IMAGE, encoded);
    }

    /** A curve as TensorBoard's plugin pr_curves reads it. */
    static ProtoMessage curve(String tag, String shown, PrCurve curve) {
        int thresholds = PrCurve.THRESHOLDS;
        ProtoMessage plugin = new ProtoMessage()
                .text(PLUGIN_NAME, CURVES)
                .bytes(
                        CONTENT,
                        new ProtoMessage().integer(THRESHOLD_COUNT, thresholds).toBytes());
        ProtoMessage shape = new ProtoMessage()
                .message(DIMENSION, new ProtoMessage().integer(SIZE, PrCurve.ROWS))
                .message(DIMENSION, new ProtoMessage().integer(SIZE, thresholds));
        ProtoMessage tensor = new ProtoMessage()
                .integer(DATA_TYPE, FLOAT)
                .message(SHAPE, shape)
                .floats(FLOAT_VALUES, (long) PrCurve.ROWS * thresholds, curve::values);
        return new ProtoMessage()
                .text(TAG, tag)
                .message(TENSOR, tensor)
                .message(
                        METADATA,
                        new ProtoMessage().message(PLUGIN_DATA, plugin).text(DISPLAY_NAME, shown));
    }
}
