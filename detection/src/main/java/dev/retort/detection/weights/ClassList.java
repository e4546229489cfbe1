package dev.retort.detection.weights;

import dev.retort.detection.data.Category;
import dev.retort.detection.data.DataException;
import dev.retort.detection.eval.EvaluationFiles;
import dev.retort.tensor.io.Utf8File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Names of classes in a file. */
public final class ClassList {
    private static final String JSON = ".json";

    private ClassList() {}

    /**
     * Reads a text file with a name on each line, which get the ids 1, 2, ...; or the categories of a COCO annotation file
     * ({@code .json}), in ascending order of their ids.
     *
     * @throws DataException if there is no name, one occurs twice, or the annotation file is none
     * @throws IOException if it cannot be read
     */
    public static List<Category> read(Path file) throws IOException {
        if (file.toString().endsWith(JSON)) {
            return EvaluationFiles.readGroundTruth(file).categories();
        }
        List<Category> classes = new ArrayList<>();
        List<String> names = Utf8File.read(file).lines().map(String::strip).toList();
        for (String name : names) {
            if (!name.isEmpty()) {
                if (classes.stream().anyMatch(one -> one.name().equals(name))) {
                    throw new DataException(file + " names the class '" + name + "' twice");
                }
                classes.add(new Category(classes.size() + 1L, name));
            }
        }
        if (classes.isEmpty()) {
            throw new DataException(file + " names no classes: write one on each line");
        }
        return classes;
    }
}
