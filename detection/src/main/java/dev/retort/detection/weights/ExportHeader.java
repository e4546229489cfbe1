package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.ModelHeader;
import dev.retort.nn.weights.WeightFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a file under another program's names says of the detector that it was written of: all of a model file's header, under keys that no
 * other program uses. Reading it again needs no assumptions.
 */
final class ExportHeader {
    private static final String PREFIX = "retort.";

    private ExportHeader() {}

    /** Metadata of a safetensors file; {@code format} is what Python's libraries look for. */
    static Map<String, String> of(Detector detector) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        detector.metadata().forEach((key, value) -> metadata.put(PREFIX + key, value));
        return metadata;
    }

    /**
     * The header, if the file has one.
     *
     * @throws IOException if it is wrong, or a later version wrote it
     */
    static Optional<ModelHeader> read(WeightFile file) throws IOException {
        if (!file.metadata().containsKey(PREFIX + ModelHeader.RECIPE_KEY)) {
            return Optional.empty();
        }
        Map<String, String> header = new LinkedHashMap<>();
        file.metadata().forEach((key, value) -> {
            if (key.startsWith(PREFIX)) {
                header.put(key.substring(PREFIX.length()), value);
            }
        });
        return Optional.of(ModelHeader.read(file.path(), header));
    }
}
