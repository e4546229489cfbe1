package dev.retort.spark;

import dev.retort.detection.DetectedObject;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that a detector adds: {@code width} and {@code height} of the image as viewers show it, in pixels, {@code detections}, best
 * first, and {@code error}. Either the last is null or the others are.
 */
final class DetectionColumns {
    /** Boxes are pixels of the original image: left and top edge, width, height, as COCO has them. */
    private static final StructType OBJECT = new StructType()
            .add("label", DataTypes.StringType, false)
            .add("category_id", DataTypes.LongType, false)
            .add("score", DataTypes.DoubleType, false)
            .add("x", DataTypes.DoubleType, false)
            .add("y", DataTypes.DoubleType, false)
            .add("width", DataTypes.DoubleType, false)
            .add("height", DataTypes.DoubleType, false);

    static final List<String> NAMES = List.of("width", "height", "detections", "error");

    private DetectionColumns() {}

    /** A schema with these columns behind. */
    static StructType appendTo(StructType schema) {
        return schema.add("width", DataTypes.IntegerType, true)
                .add("height", DataTypes.IntegerType, true)
                .add("detections", new ArrayType(OBJECT, false), true)
                .add("error", DataTypes.StringType, true);
    }

    /** What the columns hold of an image. */
    static Object[] found(int width, int height, List<DetectedObject> objects) {
        Row[] rows = objects.stream().map(DetectionColumns::row).toArray(Row[]::new);
        return new Object[] {width, height, rows, null};
    }

    /** What the columns hold of an image that cannot be used. */
    static Object[] failed(String error) {
        return new Object[] {null, null, null, error};
    }

    private static Row row(DetectedObject object) {
        return RowFactory.create(
                object.label(),
                object.categoryId(),
                object.score(),
                object.x(),
                object.y(),
                object.width(),
                object.height());
    }
}
