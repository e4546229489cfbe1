package dev.retort.nn.weights;

import dev.retort.tensor.io.SafeTensorsException;
import dev.retort.tensor.io.SafeTensorsLayout;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/** Safetensors files of other programs, with more element types than Retort's own have. */
final class ForeignSafeTensors {
    /** Some 50,000 tensors. */
    private static final int MAX_HEADER_BYTES = 8_000_000;

    private static final String REMEDY =
            "Download it again; if it is whole, convert it in Python to plain floating-point tensors";

    private final FileBytes file;
    private final SafeTensorsLayout layout;

    ForeignSafeTensors(FileBytes file) throws IOException {
        this.file = file;
        try {
            layout = SafeTensorsLayout.read(file.path(), file.channel(), SourceType.widths(), MAX_HEADER_BYTES);
        } catch (SafeTensorsException refused) {
            throw new WeightFileException(refused.getMessage() + ". " + REMEDY, refused);
        }
    }

    WeightNode.Mapping content() throws WeightFileException {
        Map<String, WeightNode> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, SafeTensorsLayout.Extent> entry :
                layout.tensors().entrySet()) {
            SafeTensorsLayout.Extent extent = entry.getValue();
            SourceType type = SourceType.valueOf(extent.type());
            Storage storage = Storage.of(file, type, extent.shape().size());
            storage.place(
                    new DataBytes.Stretch(file, extent.position(), storage.count() * type.bytes()),
                    ByteOrder.LITTLE_ENDIAN);
            long[] extents = new long[extent.shape().rank()];
            for (int axis = 0; axis < extents.length; axis++) {
                extents[axis] = extent.shape().dim(axis);
            }
            WeightTensor tensor = new WeightTensor(entry.getKey(), TensorView.rowMajor(storage, extents));
            tensors.put(entry.getKey(), new WeightNode.Tensor(tensor));
        }
        return new WeightNode.Mapping(tensors);
    }

    Map<String, String> metadata() {
        return layout.metadata();
    }
}
