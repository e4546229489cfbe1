package dev.retort.cli.study;

import dev.retort.detection.eval.CocoMetric;
import dev.retort.detection.eval.MatchedDetections;
import dev.retort.detection.recipe.EditDistance;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeException;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.tensor.io.JsonProblem;
import dev.retort.tensor.io.Utf8File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads study files, as docs/studies.md describes them. Paths in a file are relative to its folder. */
public final class StudyReader {
    /** Study, tables, table, row, settings, a list in them; more, so that what is wrong there is told by its key. */
    private static final int DEPTH = 16;

    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .streamReadConstraints(JsonProblem.limits(DEPTH))
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_+-]+");
    private static final String SEED = "training.seed";
    private static final String REFERENCE = "reference";
    private static final List<String> KEYS =
            List.of("name", "base", "teacher", "evaluate", "seeds", REFERENCE, "published", "common", "tables");
    private static final List<String> ROW_KEYS = List.of("distil", "set", "published");
    private static final List<String> METRICS =
            Arrays.stream(CocoMetric.values()).map(CocoMetric::label).toList();

    private final Path file;
    private final StudyNode study;

    private StudyReader(Path file, StudyNode study) {
        this.file = file;
        this.study = study.require(KEYS);
    }

    /**
     * Reads a study file and the recipes that it names.
     *
     * @throws IllegalArgumentException if anything is wrong with it, naming file, table and row
     */
    public static Study read(Path file) {
        String name = file.toString();
        try {
            JsonNode tree = YAML.readTree(Utf8File.read(file));
            if (!(tree instanceof ObjectNode object)) {
                throw new IllegalArgumentException(name + ": a study has the keys " + String.join(", ", KEYS));
            }
            return new StudyReader(file, new StudyNode(name + ": ", object)).study();
        } catch (JacksonException e) {
            throw new IllegalArgumentException(name + " is no study: it " + JsonProblem.of(e, "YAML"), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    Files.exists(file)
                            ? "Cannot read the study " + name + ": " + e.getMessage()
                            : "There is no study " + name,
                    e);
        }
    }

    private Study study() {
        String name = study.text("name").orElseThrow(() -> study.error("'name' is missing: what the study is called"));
        Path base =
                path(study, "base").orElseThrow(() -> study.error("'base' is missing: the recipe that rows change"));
        List<String> common = study.settings("common");
        Recipe recipe = recipe(study, base, common);
        StudyNode evaluate = study.section("evaluate").require(List.of("split", "metrics"));
        List<Study.Table> tables = tables(base, common);
        boolean distils =
                tables.stream().flatMap(table -> table.rows().stream()).anyMatch(Study.Row::distil);
        Optional<Study.Teacher> teacher = teacher();
        if (distils && teacher.isEmpty()) {
            throw study.error("'teacher' is missing, and rows distil: give teacher: {recipe: FILE, seed: 1}");
        }
        requireOneSplit(recipe.data().trainSplit(), tables, teacher);
        return new Study(
                name,
                teacher,
                evaluate.text("split").orElse(recipe.data().testSplit()),
                metrics(evaluate),
                seeds(),
                study.text("published").orElse(""),
                tables);
    }

    /** All rows and the teacher learn from one split, and are evaluated on the study's. */
    private void requireOneSplit(String split, List<Study.Table> tables, Optional<Study.Teacher> teacher) {
        for (Study.Table table : tables) {
            for (Study.Row row : table.rows()) {
                requireSplit(row.fullName(), row.recipe(), split);
            }
        }
        teacher.filter(Study.Teacher.Trained.class::isInstance)
                .map(Study.Teacher.Trained.class::cast)
                .ifPresent(trained -> requireSplit("the teacher", trained.recipe(), split));
    }

    private void requireSplit(String who, Recipe recipe, String split) {
        String own = recipe.data().trainSplit();
        if (!own.equals(split)) {
            throw study.error(
                    "data.trainSplit of " + who + " is " + JsonProblem.shown(own)
                            + ", and that of the base recipe " + JsonProblem.shown(split)
                            + ": a study learns from one split. Set it in 'common' and in the teacher's recipe, or make two studies");
        }
    }

    private Optional<Path> path(StudyNode in, String key) {
        return in.text(key)
                .map(text -> file.toAbsolutePath().getParent().resolve(text).normalize());
    }

    private static Recipe recipe(StudyNode at, Path base, List<String> settings) {
        if (settings.stream().anyMatch(setting -> setting.startsWith(SEED + "="))) {
            throw at.error(SEED + " is no setting here: a study's 'seeds' say it");
        }
        try {
            return RecipeReader.read(base, settings).recipe();
        } catch (RecipeException e) {
            throw new IllegalArgumentException(at.where() + e.getMessage(), e);
        }
    }

    private Optional<Study.Teacher> teacher() {
        if (!study.has("teacher")) {
            return Optional.empty();
        }
        StudyNode teacher = study.section("teacher").require(List.of("recipe", "seed", "set", "model"));
        Optional<Path> model = path(teacher, "model");
        if (model.isPresent()) {
            if (teacher.keys().size() > 1) {
                throw teacher.error("'model' stands alone: a trained teacher has neither recipe nor seed");
            }
            if (!Files.isRegularFile(model.get())) {
                throw teacher.error("there is no model " + model.get());
            }
            return Optional.of(new Study.Teacher.Model(model.get()));
        }
        Path recipe = path(teacher, "recipe")
                .orElseThrow(() -> teacher.error("'recipe' or 'model' is missing: what teaches"));
        long seed = teacher.integer("seed").orElse(1);
        return Optional.of(new Study.Teacher.Trained(recipe, recipe(teacher, recipe, teacher.settings("set")), seed));
    }

    private List<CocoMetric> metrics(StudyNode evaluate) {
        List<String> names = evaluate.has("metrics") ? evaluate.texts("metrics") : List.of("AP", "AP50", "AP75");
        if (names.isEmpty() || new HashSet<>(names).size() != names.size()) {
            throw evaluate.error("'metrics' must be different ones, at least one");
        }
        List<CocoMetric> metrics = new ArrayList<>();
        for (String name : names) {
            int at = METRICS.indexOf(name);
            if (at < 0) {
                throw evaluate.error("there is no metric '" + JsonProblem.shown(name) + "', did you mean "
                        + EditDistance.nearest(name, METRICS) + "? There are " + String.join(", ", METRICS));
            }
            metrics.add(CocoMetric.values()[at]);
        }
        if (!MatchedDetections.isKnown(metrics.get(0))) {
            throw evaluate.error("differences are of the first metric, which must be AP, AP50 or AP75, not "
                    + metrics.get(0).label());
        }
        return metrics;
    }

    private List<Long> seeds() {
        List<Long> seeds = study.integers("seeds");
        if (seeds.isEmpty()) {
            throw study.error("'seeds' is missing: a list such as [1, 2, 3]");
        }
        Set<Long> seen = new HashSet<>();
        for (long seed : seeds) {
            if (!seen.add(seed)) {
                throw study.error("seed " + seed + " is given twice: runs of one seed are the same run");
            }
        }
        return seeds;
    }

    private List<Study.Table> tables(Path base, List<String> common) {
        StudyNode tables = study.section("tables");
        if (tables.keys().isEmpty()) {
            throw study.error("'tables' is missing or empty: a study has one table at least");
        }
        List<StudyTables.Raw> raw = new ArrayList<>();
        for (String table : tables.keys()) {
            name(tables, table);
            StudyNode node = new StudyNode(
                    study.where() + table + ": ", tables.section(table).node());
            List<Study.Row> rows = new ArrayList<>();
            for (String row : node.keys()) {
                if (!row.equals(REFERENCE) || !node.node().get(row).isString()) {
                    name(node, row);
                    rows.add(row(table, row, node, base, common));
                }
            }
            if (rows.isEmpty()) {
                throw study.error("table '" + table + "' has no row");
            }
            boolean own = node.has(REFERENCE) && node.node().get(REFERENCE).isString();
            Optional<String> reference = own ? node.text(REFERENCE) : study.text(REFERENCE);
            raw.add(new StudyTables.Raw(table, reference.orElse(rows.get(0).name()), rows));
        }
        return new StudyTables(study.where(), raw).resolved();
    }

    private static void name(StudyNode in, String name) {
        if (!NAME.matcher(name).matches()) {
            throw in.error("'" + JsonProblem.shown(name) + "' is no name: letters, digits, _, - and + are");
        }
    }

    private Study.Row row(String table, String name, StudyNode in, Path base, List<String> common) {
        StudyNode node = new StudyNode(
                        study.where() + table + "." + name + ": ",
                        in.section(name).node())
                .require(ROW_KEYS);
        List<String> settings = new ArrayList<>(common);
        settings.addAll(node.settings("set"));
        return new Study.Row(
                table,
                name,
                node.flag("distil", true),
                recipe(node, base, settings),
                settings,
                node.number("published"));
    }
}
