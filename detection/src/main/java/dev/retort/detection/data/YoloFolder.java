package dev.retort.detection.data;

import dev.retort.tensor.io.JsonProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What the YAML file of a YOLO data set says, as Ultralytics' tools and exporters write it: {@code data.yaml}, or else a file
 * with the ending {@code .yaml} or {@code .yml} that has the key {@code names}. Its {@code path}, if it leads to a folder, is
 * the root of the other paths, else the file's own folder is.
 *
 * @param file the YAML file
 * @param root folder that paths count from
 * @param names of the classes, in order
 * @param splits folders and lists of images, as the file has them, by the name of the split
 * @param keypoints whether labels are of poses: a box, then points
 */
record YoloFolder(Path file, Path root, List<String> names, Map<String, List<String>> splits, boolean keypoints) {
    private static final String USUAL = "data.yaml";
    private static final List<String> ENDINGS = List.of(".yaml", ".yml");
    private static final List<String> SPLITS = List.of("train", "val", "valid", "test");
    private static final int DEPTH = 20;
    private static final int MOST_BYTES = 1 << 20;

    private static final YAMLMapper MAPPER = YAMLMapper.builder(YAMLFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(DEPTH))
                    .build())
            .build();

    /**
     * The YOLO data set of a folder, if it has one.
     *
     * @throws DataException if its file says what makes no sense
     */
    static Optional<YoloFolder> find(Path directory) {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        List<Path> files = new ArrayList<>(List.of(directory.resolve(USUAL)));
        try (Stream<Path> entries = Files.list(directory)) {
            entries.filter(entry -> ENDINGS.stream().anyMatch(entry.toString()::endsWith))
                    .sorted()
                    .forEach(files::add);
        } catch (IOException e) {
            throw new DataException("Cannot list " + ZipFolder.shown(directory) + ": " + e.getMessage(), e);
        }
        for (Path file : files) {
            if (Files.isRegularFile(file)) {
                Optional<JsonNode> tree = tree(file);
                if (tree.isPresent()) {
                    return Optional.of(new Content(file, directory, tree.get()).folder());
                }
            }
        }
        return Optional.empty();
    }

    /** The content of a file that describes a data set; none if it is another YAML file. */
    private static Optional<JsonNode> tree(Path file) {
        boolean usual = file.endsWith(USUAL);
        try {
            byte[] bytes = ZipFolder.content(file, MOST_BYTES);
            JsonNode tree = MAPPER.readTree(new String(bytes, StandardCharsets.UTF_8));
            return tree.has("names") || usual ? Optional.of(tree) : Optional.empty();
        } catch (JacksonException e) {
            if (usual) {
                throw new DataException(ZipFolder.shown(file) + " " + JsonProblem.of(e, "YAML") + ". Correct it.", e);
            }
            return Optional.empty();
        } catch (IOException e) {
            if (usual) {
                throw new DataException("Cannot read " + ZipFolder.shown(file) + ": " + e.getMessage(), e);
            }
            return Optional.empty();
        }
    }

    /** Whether there is such a split; valid is another name of val. */
    boolean has(String split) {
        return splits.containsKey(split) || splits.containsKey(other(split));
    }

    /** Folders and lists of a split's images. */
    List<String> entries(String split) {
        return splits.getOrDefault(split, splits.getOrDefault(other(split), List.of()));
    }

    private static String other(String split) {
        return split.equals("val") ? "valid" : split.equals("valid") ? "val" : split;
    }

    /** Reads the file's keys. */
    private record Content(Path file, Path own, JsonNode tree) {
        YoloFolder folder() {
            if (!tree.isObject()) {
                throw wrong("holds " + JsonProblem.shown(tree) + ": its keys are names, train, val, test");
            }
            Path root = root();
            Map<String, List<String>> splits = new LinkedHashMap<>();
            for (String split : SPLITS) {
                List<String> entries = texts(split);
                String usual = DataFolder.IMAGES + "/" + split;
                if (!entries.isEmpty()) {
                    splits.put(split, entries);
                } else if (Files.isDirectory(root.resolve(usual))) {
                    splits.put(split, List.of(usual));
                }
            }
            return new YoloFolder(file, root, names(), splits, tree.has("kpt_shape"));
        }

        private Path root() {
            Path root = own;
            try {
                Path said = own.resolve(tree.path("path").asString(""));
                root = Files.isDirectory(said) ? said : own;
            } catch (InvalidPathException e) {
                // Written on another system.
            }
            Path normal = root.normalize();
            return normal.toString().isEmpty() ? normal.toAbsolutePath() : normal;
        }

        private List<String> names() {
            JsonNode given = tree.path("names");
            List<String> names = new ArrayList<>();
            if (given.isArray()) {
                given.forEach(name -> names.add(name(name)));
            } else if (given.isObject()) {
                for (int k = 0; k < given.size(); k++) {
                    JsonNode name = given.get(Integer.toString(k));
                    if (name == null) {
                        throw wrong("has no name of class " + k + ", but " + given.size()
                                + " names: the keys of 'names' count from 0");
                    }
                    names.add(name(name));
                }
            }
            if (names.isEmpty()) {
                throw wrong("has no 'names': list the names of the classes, or give each its number, from 0");
            }
            JsonNode count = tree.path("nc");
            if (count.isNumber() && !(count.isInt() && count.intValue() == names.size())) {
                throw wrong(
                        "says nc: " + JsonProblem.shown(count) + ", but has " + names.size() + " names: correct one");
            }
            return List.copyOf(names);
        }

        private String name(JsonNode name) {
            if (!name.isValueNode() || name.isNull() || name.asString().isBlank()) {
                throw wrong("has the class name " + JsonProblem.shown(name) + ": it must be a text");
            }
            return name.asString();
        }

        private List<String> texts(String key) {
            JsonNode value = tree.path(key);
            List<String> texts = new ArrayList<>();
            (value.isArray() ? value : List.of(value)).forEach(entry -> {
                if (entry.isString() && !entry.stringValue().isBlank()) {
                    texts.add(entry.stringValue().strip());
                } else if (!entry.isMissingNode() && !entry.isNull() && !entry.isString()) {
                    throw wrong("has " + JsonProblem.shown(entry) + " for '" + key
                            + "': it must be a folder of images or a list of them (.txt)");
                }
            });
            return texts;
        }

        private DataException wrong(String what) {
            return new DataException(ZipFolder.shown(file) + " " + what);
        }
    }
}
