package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.model.ModelSettings.BackboneNorm;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.AtomicFile;
import dev.retort.tensor.io.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A detector's tensors under another program's names. */
final class TorchFile {
    /** Its sigmoid is 0 in float32: a channel with it is never found, whatever the threshold. */
    private static final float NEVER = -200;

    private static final String LAST_OF_NORM = ".norm.running_var";
    private static final int CONVOLUTION = 4;
    private static final int BOX = 4;

    private final Detector detector;
    private final NameTable table;
    private final HeadRows rows;
    private final ClassRows classes;

    /** @param source the program's detector of the same kind */
    TorchFile(Detector detector, WeightSource source) {
        this.detector = detector;
        table = source.table(detector.network().state().containsKey("head.cls_subnet.1.weight"));
        classes = ClassRows.there(source, detector.categories());
        boolean anchored = source.kind() == WeightSource.Kind.RETINANET;
        int boxes = detector.network().state().get("head.bbox_pred.bias").dim(0);
        rows = new HeadRows(source, anchored ? boxes / BOX : 1, ClassRows.count(source, detector.categories()));
    }

    void write(Path file) throws IOException {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        ExportHeader.of(detector).forEach(writer::metadata);
        boolean counts = detector.recipe().model().norm() != BackboneNorm.FROZEN;
        long bytes = 0;
        for (Map.Entry<String, Tensor> entry : detector.network().state().entrySet()) {
            String name = entry.getKey();
            String theirs = table.theirs(name)
                    .orElseThrow(() -> new IllegalStateException("There is no name for " + name + " in " + file));
            add(writer, theirs, entry.getValue(), rows.ours(name, classes), name.endsWith("bias") ? NEVER : 0);
            bytes += entry.getValue().size() * Float.BYTES;
            if (counts && name.endsWith(LAST_OF_NORM)) {
                writer.add(theirs.replace("running_var", "num_batches_tracked"), Shape.of(), new long[1]);
            }
        }
        try {
            writer.write(file);
        } catch (IOException e) {
            throw AtomicFile.notWritten(file, bytes, e);
        }
    }

    /**
     * Adds a tensor, a convolution as OIHW.
     *
     * @param order for each row there ours, or {@link HeadRows#NONE}; empty for all as they are
     * @param none what rows have that are none of ours
     */
    private static void add(SafeTensorsWriter writer, String name, Tensor tensor, int[] order, float none) {
        float[] values = tensor.toFloats();
        Shape given = tensor.shape();
        int ours = given.dim(0);
        int inner = values.length / ours;
        int inputs = given.rank() == CONVOLUTION ? given.dim(3) : 1;
        int window = inner / inputs;
        int count = order.length == 0 ? ours : order.length;
        float[] ordered = new float[count * inner];
        for (int row = 0; row < count; row++) {
            int from = order.length == 0 ? row : order[row];
            for (int input = 0; input < inputs; input++) {
                for (int place = 0; place < window; place++) {
                    ordered[row * inner + input * window + place] =
                            from == HeadRows.NONE ? none : values[from * inner + place * inputs + input];
                }
            }
        }
        Shape shape = given.rank() == CONVOLUTION
                ? Shape.of(count, given.dim(3), given.dim(1), given.dim(2))
                : given.with(0, count);
        writer.add(name, shape, ordered);
    }
}
