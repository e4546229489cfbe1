package dev.retort.spark;

import dev.retort.detection.DetectionOptions;
import dev.retort.detection.Detector;
import dev.retort.detection.data.ImageException;
import dev.retort.detection.data.ImageFileReader;
import dev.retort.detection.data.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/** Detection over the rows of a partition, one after the other. */
final class DetectionTask implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1;

    private final Broadcast<ModelBytes> model;
    private final String device;
    private final int column;
    private final double threshold;
    private final long maxPixels;
    private final HadoopSettings hadoop;

    DetectionTask(
            Broadcast<ModelBytes> model,
            String device,
            int column,
            double threshold,
            long maxPixels,
            HadoopSettings hadoop) {
        this.model = model;
        this.device = device;
        this.column = column;
        this.threshold = threshold;
        this.maxPixels = maxPixels;
        this.hadoop = hadoop;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        if (!rows.hasNext()) {
            return rows;
        }
        SharedModel shared = SharedModel.use(model.value(), device);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> shared.close());
        DetectionOptions options =
                DetectionOptions.DEFAULT.withScoreThreshold(threshold).withMaxPixels(maxPixels);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                Row row = rows.next();
                Object[] values = new Object[row.length()];
                Arrays.setAll(values, row::get);
                return RowFactory.create(joined(values, columns(shared.detector(), row, options)));
            }
        };
    }

    private Object[] columns(Detector detector, Row row, DetectionOptions options) {
        try {
            RgbImage image = image(row);
            return DetectionColumns.found(image.width(), image.height(), detector.detect(image, options));
        } catch (ImageException | IOException e) {
            return DetectionColumns.failed(e.getMessage());
        }
    }

    private RgbImage image(Row row) throws IOException {
        Object given = row.get(column);
        if (given == null) {
            throw new IOException("There is no image: the column is null");
        }
        if (given instanceof byte[] bytes) {
            return ImageFileReader.decode(bytes, name(row), maxPixels);
        }
        Path path = new Path((String) given);
        try (InputStream in = path.getFileSystem(hadoop.configuration()).open(path)) {
            return ImageFileReader.decode(in.readAllBytes(), path.toString(), maxPixels);
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("Cannot read image " + path + ": " + e.getMessage(), e);
        }
    }

    /** What messages call an image of bytes. */
    private static String name(Row row) {
        int path = row.schema() == null
                ? -1
                : Arrays.asList(row.schema().fieldNames()).indexOf("path");
        return path < 0 || row.isNullAt(path) ? "a row" : String.valueOf(row.get(path));
    }

    private static Object[] joined(Object[] a, Object[] b) {
        Object[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
