package dev.retort.spark;

import dev.retort.detection.DetectionOptions;
import dev.retort.detection.data.ImageFileReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Finds objects in the images of a DataFrame, as {@link dev.retort.detection.Detector#detect(java.nio.file.Path)} does, bit for bit.
 *
 * <pre>{@code
 * Dataset<Row> images = spark.read().format("binaryFile").load("hdfs:///photos");
 * Dataset<Row> found = new RetortDetector().setModel("hdfs:///model.safetensors").transform(images);
 * }</pre>
 *
 * <p>Images are bytes of files (PNG, JPEG, BMP, GIF) in a binary column, as Spark's {@code binaryFile} source gives them, or addresses
 * in a column of text, which executors read through Hadoop's file systems.
 *
 * <p>Columns that are added: {@code width} and {@code height} of the image, int, pixels, a camera's rotation applied; {@code detections},
 * an array of structs, best first: {@code label} (text), {@code category_id} (long), {@code score}, {@code x}, {@code y}, {@code width},
 * {@code height} (double; left and top edge and size in pixels of the image); {@code error}, text. An image that cannot be used has an
 * error, and null in the others.
 *
 * <p>The model is broadcast: an executor reads it once and loads it once, and its tasks share it. A task computes with all processors that
 * the executor's JVM sees; {@code spark.task.cpus} and {@code RETORT_THREADS} bound it.
 */
public final class RetortDetector extends Transformer implements DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private final String uid;
    private final Param<String> model;
    private final Param<String> inputCol;
    private final Param<String> device;
    private final DoubleParam threshold;
    private final LongParam maxPixels;

    /** A detector with a name of its own. */
    public RetortDetector() {
        this(Identifiable$.MODULE$.randomUID("retort"));
    }

    /** @param uid names this stage in a pipeline */
    public RetortDetector(String uid) {
        this.uid = uid;
        // They ask for the name, so that they cannot be made before it is there.
        model = new Param<>(this, "model", "address of a model.safetensors");
        inputCol = new Param<>(this, "inputCol", "column of image bytes, or of addresses");
        device = new Param<>(this, "device", "what computes, as `retort devices` lists it");
        threshold =
                new DoubleParam(this, "threshold", "least score of an object, 0 to 1", ParamValidators.inRange(0, 1));
        maxPixels = new LongParam(this, "maxPixels", "pixels that an image may have", ParamValidators.gt(0));
        setDefault(inputCol, "content");
        setDefault(device, "auto");
        setDefault(threshold, DetectionOptions.DEFAULT.scoreThreshold());
        setDefault(maxPixels, ImageFileReader.DEFAULT_MAX_PIXELS);
    }

    @Override
    public String uid() {
        return uid;
    }

    /** Address of the model file, as Hadoop's file systems take it. Required. */
    public Param<String> model() {
        return model;
    }

    /** Column of images (default {@code content}). */
    public Param<String> inputCol() {
        return inputCol;
    }

    /** What executors compute with (default {@code auto}). */
    public Param<String> device() {
        return device;
    }

    /** Least score of an object (default 0.5). */
    public DoubleParam threshold() {
        return threshold;
    }

    /** Pixels that an image may have; a larger one is refused by its header (default 50 million). */
    public LongParam maxPixels() {
        return maxPixels;
    }

    public RetortDetector setModel(String uri) {
        set(model, uri);
        return this;
    }

    public RetortDetector setInputCol(String column) {
        set(inputCol, column);
        return this;
    }

    public RetortDetector setDevice(String name) {
        set(device, name);
        return this;
    }

    public RetortDetector setThreshold(double score) {
        set(threshold, score);
        return this;
    }

    public RetortDetector setMaxPixels(long pixels) {
        set(maxPixels, pixels);
        return this;
    }

    /**
     * Adds the columns; nothing is computed before an action asks for them.
     *
     * @throws IllegalArgumentException if the model is not set, the column is missing or of another type, or one that is added is
     *     there already
     * @throws UncheckedIOException if the model cannot be read
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType schema = transformSchema(dataset.schema());
        SparkSession session = (SparkSession) dataset.sparkSession();
        ModelBytes bytes;
        try {
            bytes = ModelBytes.read($(model), session.sparkContext().hadoopConfiguration());
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        Broadcast<ModelBytes> shared =
                session.sparkContext().broadcast(bytes, scala.reflect.ClassTag$.MODULE$.apply(ModelBytes.class));
        DetectionOptions options = DetectionOptions.DEFAULT
                .withScoreThreshold((Double) $(threshold))
                .withMaxPixels((Long) $(maxPixels));
        DetectionTask task = new DetectionTask(
                shared,
                $(device),
                schema.fieldIndex($(inputCol)),
                options.scoreThreshold(),
                options.maxPixels(),
                new HadoopSettings(session.sparkContext().hadoopConfiguration()));
        return dataset.toDF().mapPartitions(task, Encoders.row(schema));
    }

    @Override
    public StructType transformSchema(StructType schema) {
        if (!isSet(model)) {
            throw new IllegalArgumentException("RetortDetector has no model: setModel(\"model.safetensors\")");
        }
        String column = $(inputCol);
        List<String> names = Stream.of(schema.fieldNames()).toList();
        if (!names.contains(column)) {
            throw new IllegalArgumentException("There is no column " + column + " with images, but "
                    + String.join(", ", names) + ": choose one with setInputCol");
        }
        DataType type = schema.apply(column).dataType();
        if (!type.equals(DataTypes.BinaryType) && !type.equals(DataTypes.StringType)) {
            throw new IllegalArgumentException("The column " + column + " is of type " + type.simpleString()
                    + "; images are binary (bytes of files) or string (their addresses)");
        }
        DetectionColumns.NAMES.stream().filter(names::contains).findFirst().ifPresent(taken -> {
            throw new IllegalArgumentException(
                    "There is a column " + taken + " already, which RetortDetector adds: rename or drop it");
        });
        return DetectionColumns.appendTo(schema);
    }

    @Override
    public RetortDetector copy(ParamMap extra) {
        return (RetortDetector) defaultCopy(extra);
    }

    /** Reads what {@link #write} wrote. */
    public static MLReader<RetortDetector> read() {
        return new DefaultParamsReader<>();
    }

    /** As {@link #read}, from a folder. */
    public static RetortDetector load(String path) {
        return read().load(path);
    }
}
