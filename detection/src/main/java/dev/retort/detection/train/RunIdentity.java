package dev.retort.detection.train;

import com.fasterxml.jackson.annotation.JsonAlias;
import dev.retort.detection.ModelHeader;
import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeChange;
import dev.retort.detection.settings.Effect;
import dev.retort.tensor.io.JsonProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the numbers of a training run mean: the classes in their order, the recipe, the data that is learned from and the
 * teacher. A checkpoint holds it as metadata, so that nothing else goes on under its name.
 *
 * @param data of the training split
 * @param teacher digest of its weights; empty if there is none
 */
record RunIdentity(List<Category> classes, Recipe recipe, Data data, String teacher) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    static final String DATA_KEY = "data";
    static final String TEACHER_KEY = "teacher";
    private static final int SHOWN_DIGITS = 12;

    /** What is learned from, without the images' own content. */
    record Data(@JsonAlias("pictures") int images, int boxes, String sha256) {
        Data {
            Objects.requireNonNull(sha256, "sha256");
        }

        /** Of all that training reads of an annotation file, in its order; where the file lies and how it is written does not matter. */
        static Data of(CocoDataset dataset) {
            MessageDigest sha = digest();
            for (ImageInfo image : dataset.images()) {
                update(sha, image.id() + " " + image.width() + " " + image.height() + " " + image.fileName());
                for (Annotation a : dataset.annotations(image.id())) {
                    update(
                            sha,
                            a.categoryId() + " " + a.x() + " " + a.y() + " " + a.w() + " " + a.h() + " " + a.crowd());
                }
            }
            return new Data(
                    dataset.size(), dataset.annotationCount(), HexFormat.of().formatHex(sha.digest()));
        }

        private static void update(MessageDigest sha, String line) {
            sha.update((line + "\n").getBytes(StandardCharsets.UTF_8));
        }

        private static MessageDigest digest() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every Java has SHA-256", e);
            }
        }

        @Override
        public String toString() {
            return images + " images with " + boxes + " boxes (SHA-256 " + shortened(sha256) + ")";
        }
    }

    /** Adds data and teacher; classes and recipe are in a detector's metadata already. */
    void addTo(Map<String, String> metadata) {
        metadata.put(DATA_KEY, JSON.writeValueAsString(data));
        metadata.put(TEACHER_KEY, teacher);
    }

    /**
     * Compares a checkpoint with the run that is to go on from it.
     *
     * @param anyway whether other data, another teacher and images that enter in another way are accepted
     * @return notices for the user: what has changed and is accepted, and what an old checkpoint does not tell
     * @throws IOException if an entry cannot be read, naming it
     * @throws TrainingException if the run is another one, naming each difference
     */
    List<String> accept(Path file, Map<String, String> metadata, boolean anyway) throws IOException {
        List<String> never = new ArrayList<>(classDifferences(file, metadata));
        List<String> meaning = new ArrayList<>();
        List<String> course = new ArrayList<>();
        for (RecipeChange change : recipeChanges(file, metadata)) {
            if (change.effect() != Effect.NONE) {
                (change.effect() == Effect.ARCHITECTURE ? never : change.effect() == Effect.MEANING ? meaning : course)
                        .add(change.toString());
            }
        }
        meaning.addAll(dataDifferences(file, metadata));
        if (!never.isEmpty()) {
            throw new TrainingException(file + " is of another model: " + String.join("; ", never)
                    + ". Put that back, or start anew in another folder");
        }
        if (!meaning.isEmpty() && !anyway) {
            throw new TrainingException(file + " is of a run that learned something else: " + String.join("; ", meaning)
                    + ". Put that back, or accept it with --resume-anyway");
        }
        List<String> notices = new ArrayList<>();
        List<String> changed = new ArrayList<>(meaning);
        changed.addAll(course);
        if (!changed.isEmpty()) {
            notices.add("goes on with what has changed since: " + String.join("; ", changed));
        }
        if (!metadata.containsKey(DATA_KEY)) {
            notices.add(
                    file + " is of an older version: whether it is undamaged, and of this data and teacher, cannot be"
                            + " seen from it");
        }
        return notices;
    }

    private List<String> classDifferences(Path file, Map<String, String> metadata) throws IOException {
        List<Category> before =
                read(file, metadata, ModelHeader.CLASSES_KEY, text -> JSON.readValue(text, new TypeReference<>() {}));
        List<String> differences = new ArrayList<>();
        for (int k = 0; k < Math.max(before.size(), classes.size()); k++) {
            String old = k < before.size() ? name(before.get(k)) : "missing";
            String now = k < classes.size() ? name(classes.get(k)) : "missing";
            if (!old.equals(now)) {
                differences.add("class " + (k + 1) + " is " + old + " in the checkpoint, " + now + " in the data set");
            }
        }
        int shown = 3;
        if (differences.size() > shown) {
            int more = differences.size() - shown;
            differences.subList(shown, differences.size()).clear();
            differences.add("and " + more + " more classes");
        }
        return differences;
    }

    private static String name(Category category) {
        return "'" + JsonProblem.shown(String.valueOf(category.name())) + "' (id " + category.id() + ")";
    }

    private List<RecipeChange> recipeChanges(Path file, Map<String, String> metadata) throws IOException {
        return read(
                file, metadata, ModelHeader.RECIPE_KEY, text -> RecipeChange.between(text, recipe, !teacher.isEmpty()));
    }

    private List<String> dataDifferences(Path file, Map<String, String> metadata) throws IOException {
        List<String> differences = new ArrayList<>();
        if (metadata.containsKey(DATA_KEY)) {
            Data before = read(file, metadata, DATA_KEY, text -> JSON.readValue(text, Data.class));
            if (!before.equals(data)) {
                differences.add("training data: " + before + " in the checkpoint, " + data + " now");
            }
        }
        String before = metadata.getOrDefault(TEACHER_KEY, teacher);
        if (!before.equals(teacher)) {
            differences.add(
                    "teacher: " + shortened(before) + " in the checkpoint, " + shortened(teacher) + " now (SHA-256)");
        }
        return differences;
    }

    private static String shortened(String sha256) {
        return sha256.isEmpty() ? "none" : sha256.substring(0, Math.min(SHOWN_DIGITS, sha256.length()));
    }

    /** How an entry is understood. */
    @FunctionalInterface
    private interface Reading<T> {
        T of(String text) throws JacksonException;
    }

    private static <T> T read(Path file, Map<String, String> metadata, String key, Reading<T> reading)
            throws IOException {
        T read;
        try {
            read = reading.of(metadata.getOrDefault(key, ""));
        } catch (JacksonException | IllegalArgumentException e) {
            throw damaged(file, key, e);
        }
        if (read == null || read instanceof List<?> list && list.stream().anyMatch(Objects::isNull)) {
            throw damaged(file, key, null);
        }
        return read;
    }

    private static IOException damaged(Path file, String key, RuntimeException cause) {
        return new IOException(file + ": its entry '" + key + "' cannot be read: the file is damaged", cause);
    }
}
