package dev.retort.cli.study;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Study files and data sets that are small enough to be written in a test. */
final class TinyStudy {
    static final String HEAD =
            """
            name: tiny
            base: base.yaml
            teacher: {recipe: base.yaml, seed: 4}
            evaluate: {split: test, metrics: [AP, AP50]}
            seeds: [1, 2, 3]
            reference: all
            """;

    static final String TABLES =
            """
            tables:
              methods:
                plain: {distil: false, published: 37.4}
                pkd: {set: {distillation.methods: [pkd]}}
                all: {published: 39.9}
              weights:
                half: {set: {distillation.icd.weight: 4}}
            """;

    private TinyStudy() {}

    /** Writes a study and its base recipe; the study's path. */
    static Path write(Path folder, String text) throws IOException {
        Files.writeString(folder.resolve("base.yaml"), "training: {iterations: 10, batch: 2}\n");
        return Files.writeString(folder.resolve("study.yaml"), text);
    }

    static Study read(Path folder, String text) throws IOException {
        return StudyReader.read(write(folder, text));
    }

    /** Images with one object each. */
    static CocoDataset dataset(int images) {
        List<ImageInfo> infos = new ArrayList<>();
        List<Annotation> annotations = new ArrayList<>();
        Map<Long, RgbImage> pixels = new HashMap<>();
        for (long id = 1; id <= images; id++) {
            infos.add(new ImageInfo(id, id + ".png", 8, 8));
            annotations.add(new Annotation(id, id, 1, 1, 1, 4, 4, 16, false));
            pixels.put(id, new RgbImage(8, 8, new byte[3 * 8 * 8]));
        }
        return CocoDataset.inMemory("tiny", infos, List.of(new Category(1, "circle")), annotations, pixels);
    }
}
