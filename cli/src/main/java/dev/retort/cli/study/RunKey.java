package dev.retort.cli.study;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Names what a run learns, apart from its seed: SHA-256 of its recipe, its teacher, its data and the version of the numbers. A
 * teacher that the study trains is named by its recipe and seed, as processors may differ in the last bit of its file.
 */
final class RunKey {
    /** Raised when the same recipe, data and seed mean other numbers than before, a default of a recipe's key included. */
    static final int NUMERICS = 1;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String DISTILLATION = "distillation";
    /** What changes no number of a run; weights are known by their file's content. */
    private static final Map<String, List<String>> NO_NUMBERS = Map.of(
            "model",
            List.of("weights"),
            "training",
            List.of("logEvery", "checkpointEvery", "recomputeBlocks", "tensorboard", "mlflow"));

    private static final int CHUNK = 1 << 16;

    private final String data;
    private final Optional<String> teacher;

    /** @param data digests of what is learned from and evaluated on */
    RunKey(CocoDataset train, CocoDataset test, Optional<Study.Teacher> teacher) throws IOException {
        this.data = "train " + digest(train) + "\ntest " + digest(test);
        this.teacher = teacher.isEmpty() ? Optional.empty() : Optional.of(text(teacher.get()));
    }

    /** The key of a row's runs: 64 hexadecimal digits. */
    String of(Study.Row row) throws IOException {
        String taught = row.distil() ? "teacher " + teacher.orElseThrow() : "alone";
        return of(recipeText(row.recipe(), row.distil()) + weights(row.recipe()), taught);
    }

    /** The key of the teacher. */
    String ofTeacher() {
        return of("teacher", teacher.orElseThrow());
    }

    private String of(String recipe, String taught) {
        String text = "numerics " + NUMERICS + "\n" + recipe + "\n" + taught + "\n" + data;
        MessageDigest sha = sha256();
        sha.update(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(sha.digest());
    }

    /** What a recipe asks for, the seed apart; what only distillation reads is left out of one that does not distil. */
    static String recipeText(Recipe recipe, boolean distil) {
        ObjectNode tree = (ObjectNode)
                JSON.readTree(RecipeReader.writeDifferences(recipe.with("training.seed=" + defaultSeed())));
        if (!distil) {
            tree.remove(DISTILLATION);
        }
        NO_NUMBERS.forEach((section, keys) -> {
            if (tree.get(section) instanceof ObjectNode known) {
                known.remove(keys);
                if (known.isEmpty()) {
                    tree.remove(section);
                }
            }
        });
        return (distil ? "distil " : "train ") + JSON.writeValueAsString(tree);
    }

    private static long defaultSeed() {
        return Recipe.defaults().training().seed();
    }

    private static String text(Study.Teacher teacher) throws IOException {
        if (teacher instanceof Study.Teacher.Trained trained) {
            return recipeText(trained.recipe(), false) + weights(trained.recipe()) + " seed " + trained.seed();
        }
        return "file " + digest(((Study.Teacher.Model) teacher).file());
    }

    private static String weights(Recipe recipe) throws IOException {
        Optional<Path> file = recipe.model().startWeights();
        return file.isPresent() && Files.isRegularFile(file.get()) ? " weights " + digest(file.get()) : "";
    }

    private static String digest(Path file) throws IOException {
        MessageDigest sha = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] chunk = new byte[CHUNK];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                sha.update(chunk, 0, n);
            }
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    /** Of the content of a split's annotations, whatever their format and wherever they lie. */
    static String digest(CocoDataset dataset) {
        MessageDigest sha = sha256();
        dataset.categories().forEach(category -> update(sha, category.id() + " " + category.name()));
        for (ImageInfo image : dataset.images()) {
            update(sha, image.id() + " " + image.width() + " " + image.height() + " " + image.fileName());
            for (Annotation a : dataset.annotations(image.id())) {
                String box = a.x() + " " + a.y() + " " + a.w() + " " + a.h();
                update(sha, a.categoryId() + " " + box + " " + a.area() + " " + a.crowd());
            }
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    private static void update(MessageDigest sha, String line) {
        sha.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
