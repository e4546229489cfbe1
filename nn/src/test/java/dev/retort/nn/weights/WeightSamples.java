package dev.retort.nn.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The sample files {@code weights.zip}: formats with the values that PyTorch and NumPy read from them, and hostile files. */
final class WeightSamples {
    private WeightSamples() {}

    /** A case of the samples' manifest. */
    record Sample(String name, Path file, Path values, JsonNode attrs) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Unpacks the samples. */
    static List<Sample> unpack(Path folder, String group) throws IOException {
        try (InputStream resource = WeightSamples.class.getResourceAsStream("/weights.zip");
                ZipInputStream zip = new ZipInputStream(resource)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(zip, file);
            }
        }
        List<Sample> samples = new ArrayList<>();
        for (JsonNode node : new JsonMapper()
                .readTree(Files.readString(folder.resolve("manifest.json")))
                .required("cases")) {
            if (node.required("group").stringValue().equals(group)) {
                Path values = folder.resolve(node.required("file").stringValue());
                JsonNode attrs = node.required("attrs");
                Path file = values.resolveSibling(attrs.required("file").stringValue());
                samples.add(new Sample(node.required("name").stringValue(), file, values, attrs));
            }
        }
        return samples;
    }

    /** The files of a group by their names. */
    static Map<String, Path> files(Path folder, String group) throws IOException {
        Map<String, Path> files = new LinkedHashMap<>();
        for (Sample sample : unpack(folder, group)) {
            files.put(sample.file().getFileName().toString(), sample.file());
        }
        return files;
    }
}
