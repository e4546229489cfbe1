package dev.retort.cli.gradcheck;

import dev.retort.autograd.Parameter;
import dev.retort.detection.Detector;
import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.TrainingObjective;
import dev.retort.detection.train.TrainingStep;
import dev.retort.distill.DistillationProvider;
import dev.retort.distill.Distiller;
import dev.retort.nn.BuildContext;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The losses of every distillation method besides ICD, with its default settings, from a small RetinaNet to another in float64:
 * checked for the student's parameters and for those of the method's own modules.
 *
 * <p>Differences know nothing of factors that a method takes as constants. Where one depends on the student, the loss with it is
 * checked only for parameters that the factor does not depend on.
 */
final class MethodLosses implements AutoCloseable {
    private static final String ICD = "icd";
    private static final String LD = "ld";
    /** Past every warm-up, far from the end. */
    private static final TrainingObjective.Moment MOMENT = new TrainingObjective.Moment(0, 1000, 4000);

    /** BCKD weights boxes by the difference of class scores, a constant (arXiv 2308.14286, section 3.3). */
    private static final String SCORE_WEIGHTED = "bckd.boxes";
    /** FBKD masks its differences by both sides' attention, a constant. */
    private static final String ATTENTION_MASKED = "fbkd.feature";

    /** LD weights boxes by the student's class scores, constants (arXiv 2102.12252, released code). */
    private static final String OWN_SCORE_WEIGHTED = "ld.main";

    /** Losses with a factor that depends on the student's classes, but not on its tower of boxes. */
    private static final Set<String> BOXES_ALONE = Set.of(SCORE_WEIGHTED, OWN_SCORE_WEIGHTED);

    private record Pair(Detector teacher, Detector student) {}

    private final Pair numbers;
    private final Pair distributions;
    private final CocoDataset dataset;
    private final Batch batch;
    private final Map<String, Distiller> distillers = new LinkedHashMap<>();

    /** @param backend computes in float64 */
    MethodLosses(Backend backend, long seed) {
        List<Category> categories = IntStream.rangeClosed(1, SmallDetectors.CLASSES)
                .mapToObj(id -> new Category(id, "class " + id))
                .toList();
        List<ImageInfo> infos = new ArrayList<>();
        List<Annotation> annotations = new ArrayList<>();
        List<Sample> samples = new ArrayList<>();
        Map<Long, RgbImage> images = new LinkedHashMap<>();
        for (int n = 0; n < ModelCheck.BOXES.length; n++) {
            ImageInfo info = new ImageInfo(n + 1, n + ".png", ModelCheck.SIZE, ModelCheck.SIZE);
            byte[] rgb = new byte[3 * ModelCheck.SIZE * ModelCheck.SIZE];
            new SplittableRandom(seed + n).nextBytes(rgb);
            infos.add(info);
            images.put(info.id(), new RgbImage(ModelCheck.SIZE, ModelCheck.SIZE, rgb));
            samples.add(new Sample(info, images.get(info.id()), ModelCheck.BOXES[n], ModelCheck.LABELS[n], false));
            for (int i = 0; i < ModelCheck.LABELS[n].length; i++) {
                double w = ModelCheck.BOXES[n][4 * i + 2] - ModelCheck.BOXES[n][4 * i];
                double h = ModelCheck.BOXES[n][4 * i + 3] - ModelCheck.BOXES[n][4 * i + 1];
                long id = annotations.size() + 1L;
                annotations.add(new Annotation(
                        id,
                        info.id(),
                        1 + ModelCheck.LABELS[n][i],
                        ModelCheck.BOXES[n][4 * i],
                        ModelCheck.BOXES[n][4 * i + 1],
                        w,
                        h,
                        w * h,
                        false));
            }
        }
        dataset = CocoDataset.inMemory("two images of noise", infos, categories, annotations, images);
        batch = Batch.of(samples, ModelCheck.SIZE);
        BuildContext root = BuildContext.root(backend, DType.F64, seed);
        Recipe recipe = SmallDetectors.recipe(seed);
        numbers = pair(recipe, categories, root.at("methods"));
        distributions = pair(recipe.with("model.boxes=distribution"), categories, root.at("distributions"));
        for (DistillationProvider<?> method : DistillationProvider.all()) {
            if (!method.name().equals(ICD)) {
                Pair pair = pair(method.name());
                Recipe own = pair.student.recipe().with("distillation.methods=[" + method.name() + "]");
                var context =
                        new DistillationProvider.Context(own, dataset, pair.teacher, pair.student, MOMENT.iterations());
                distillers.put(method.name(), new Distiller(context));
            }
        }
    }

    private static Pair pair(Recipe recipe, List<Category> categories, BuildContext context) {
        Detector student = detector(recipe, categories, context.at("student"));
        student.network().setTraining(true);
        return new Pair(detector(recipe, categories, context.at("teacher")), student);
    }

    private Pair pair(String method) {
        return method.equals(LD) ? distributions : numbers;
    }

    private static Detector detector(Recipe recipe, List<Category> categories, BuildContext context) {
        return Detector.of(recipe, categories, SmallDetectors.of(recipe, context), "a small detector");
    }

    /** Every method's losses with the groups that they are checked for. */
    List<CheckedLoss> losses() {
        List<CheckedLoss> losses = new ArrayList<>();
        distillers.forEach((method, distiller) -> {
            Predicate<String> plain = term -> !BOXES_ALONE.contains(term) && !term.equals(ATTENTION_MASKED);
            losses.add(of(method, "student", pair(method).student.network().parameters(), plain));
            losses.add(of(method, "modules", distiller.joined(), term -> true));
        });
        for (String loss : List.of(SCORE_WEIGHTED, OWN_SCORE_WEIGHTED)) {
            String method = loss.substring(0, loss.indexOf('.'));
            Map<String, Parameter> boxes =
                    new LinkedHashMap<>(pair(method).student.network().head().parameters());
            boxes.keySet().removeIf(name -> !name.startsWith("bbox"));
            losses.add(of(method, "student's boxes", boxes, loss::equals));
        }
        losses.removeIf(loss -> loss.groups().values().iterator().next().isEmpty());
        return losses;
    }

    private CheckedLoss of(String method, String who, Map<String, Parameter> parameters, Predicate<String> terms) {
        return new CheckedLoss(Map.of(method + ": " + who, parameters), () -> loss(method, terms));
    }

    private Tensor loss(String method, Predicate<String> wanted) {
        Detector student = pair(method).student;
        try (Scope scope = Scope.open()) {
            TrainingObjective.Terms terms = distillers.get(method).begin(batch, MOMENT);
            Map<String, Tensor> losses = terms.losses(student.network().forward(student.input(batch), terms.taps()));
            losses.keySet().removeIf(term -> !wanted.test(term));
            return scope.keep(TrainingStep.total(losses));
        }
    }

    @Override
    public void close() {
        distillers.values().forEach(Distiller::close);
        for (Pair pair : List.of(numbers, distributions)) {
            pair.student.close();
            pair.teacher.close();
        }
    }
}
