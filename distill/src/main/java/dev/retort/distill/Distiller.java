package dev.retort.distill;

import dev.retort.autograd.Parameter;
import dev.retort.detection.Detector;
import dev.retort.detection.box.Detections;
import dev.retort.detection.box.GroundTruth;
import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.model.Predictions;
import dev.retort.detection.model.Taps;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.train.TrainingObjective;
import dev.retort.nn.checkpoint.Checkpoint;
import dev.retort.nn.checkpoint.WeightCopy;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What distillation adds to the training of a student: a frozen teacher and the methods that a recipe names. The teacher stays
 * the caller's.
 */
public final class Distiller implements TrainingObjective {
    private final Detector teacher;
    private final List<Parameter> learning;
    private final Map<String, Distillation> methods = new LinkedHashMap<>();
    private final Taps teacherTaps;
    private final Taps studentTaps;
    private final Distillation.Needs needs;
    private String identity;

    /** @throws DistillationException if teacher, student or data do not fit a method */
    public Distiller(DistillationProvider.Context context) {
        teacher = context.teacher();
        learning = context.student().network().trainableParameters();
        teacher.network().setTraining(false);
        Recipe recipe = context.recipe();
        try {
            for (String name : recipe.own(DistillationSettings.class).methods()) {
                methods.put(name, create(name, context));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        teacherTaps = taps(Distillation::teacherTaps);
        studentTaps = taps(Distillation::studentTaps);
        Distillation.Needs most = methods.values().stream()
                .map(Distillation::needs)
                .max(Comparator.naturalOrder())
                .orElse(Distillation.Needs.NOTHING);
        needs = teacherTaps.isEmpty() ? most : Distillation.Needs.PREDICTIONS;
    }

    private Taps taps(Function<Distillation, Taps> of) {
        return methods.values().stream().map(of).reduce(Taps.NONE, Taps::or);
    }

    private static Distillation create(String name, DistillationProvider.Context context) {
        DistillationProvider<?> provider = DistillationProvider.all().stream()
                .filter(method -> method.name().equals(name))
                .findFirst()
                .orElseThrow();
        return create(provider, context);
    }

    @SuppressWarnings("unchecked")
    private static <S extends Record> Distillation create(
            DistillationProvider<S> provider, DistillationProvider.Context context) {
        Class<S> type = (Class<S>) provider.defaults().getClass();
        return provider.create(context, context.recipe().own(type));
    }

    /** Starts the student's pyramid and head from the teacher's, as its recipe asks; tells what did not fit. */
    public static List<String> inherit(Detector teacher, Detector student) {
        DistillationSettings settings = student.recipe().own(DistillationSettings.class);
        List<String> kept = new ArrayList<>();
        if (settings.inheritPyramid()) {
            kept.addAll(WeightCopy.matching(
                            teacher.network().pyramid(), student.network().pyramid())
                    .kept());
        }
        if (settings.inheritHead()) {
            kept.addAll(WeightCopy.matching(
                            teacher.network().head(), student.network().head())
                    .kept());
        }
        return kept;
    }

    /** The method of a type, if the recipe names it. */
    public <M extends Distillation> Optional<M> method(Class<M> type) {
        return methods.values().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst();
    }

    /** The frozen teacher. */
    public Detector teacher() {
        return teacher;
    }

    @Override
    public Terms begin(Batch batch, Moment moment) {
        Predictions taught =
                switch (needs) {
                    case NOTHING -> new FeaturesOnly(List.of());
                    case FEATURES -> new FeaturesOnly(features(teacher, batch));
                    case PREDICTIONS -> teacher.network().forward(teacher.input(batch), teacherTaps);
                };
        return new MethodTerms(batch, taught, moment);
    }

    /** The losses of all methods. */
    private final class MethodTerms implements Terms {
        private final Batch batch;
        private final Predictions taught;
        private final Moment moment;

        private MethodTerms(Batch batch, Predictions taught, Moment moment) {
            this.batch = batch;
            this.taught = taught;
            this.moment = moment;
        }

        @Override
        public Taps taps() {
            return studentTaps;
        }

        @Override
        public Map<String, Tensor> losses(Predictions student) {
            Distillation.Step step = new Distillation.Step(batch, student, taught, moment);
            Map<String, Tensor> terms = new LinkedHashMap<>();
            methods.forEach((name, method) -> method.losses(step).forEach((term, loss) -> {
                if (terms.putIfAbsent(term, loss) != null) {
                    throw new IllegalStateException(
                            "Two methods have a loss '" + term + "', " + name + " and one before it");
                }
            }));
            return terms;
        }
    }

    /** A detector's pyramid of a batch, in the caller's scope. */
    public static List<Tensor> features(Detector detector, Batch batch) {
        try (Scope scope = Scope.open()) {
            List<Tensor> features = detector.network().features(detector.input(batch));
            features.forEach(scope::keep);
            return features;
        }
    }

    /** A teacher whose head was not run. */
    private record FeaturesOnly(List<Tensor> features) implements Predictions {
        @Override
        public Map<String, Tensor> losses(List<GroundTruth> truth) {
            throw notComputed();
        }

        @Override
        public List<Detections> detections(List<ImageSize> sizes) {
            throw notComputed();
        }

        private static IllegalStateException notComputed() {
            return new IllegalStateException(
                    "The teacher's head was not run: a method that reads it says so by Distillation.needs()");
        }
    }

    @Override
    public List<Parameter> parameters() {
        return methods.values().stream()
                .flatMap(method -> method.parameters().stream())
                .toList();
    }

    @Override
    public Collection<Parameter> held(long iteration) {
        List<Parameter> held = new ArrayList<>();
        methods.values().forEach(method -> held.addAll(method.held(iteration)));
        // What learns with the student waits with the student.
        if (!learning.isEmpty() && held.containsAll(learning)) {
            held.addAll(joined().values());
        }
        return held;
    }

    @Override
    public Map<String, Parameter> joined() {
        Map<String, Parameter> joined = new LinkedHashMap<>();
        methods.values().forEach(method -> method.joined().forEach((section, module) -> module.parameters()
                .forEach((name, parameter) -> joined.put(section + '.' + name, parameter))));
        return joined;
    }

    @Override
    public void update(GradientSource gradients, long iteration) {
        methods.values().forEach(method -> method.update(gradients, iteration));
    }

    @Override
    public void addTo(Checkpoint checkpoint) {
        methods.values().forEach(method -> {
            method.joined().forEach(checkpoint::model);
            method.addTo(checkpoint);
        });
    }

    /** SHA-256 of the teacher's weights, which stay as they are: 64 hexadecimal digits. */
    @Override
    public String identity() {
        if (identity == null) {
            identity = teacher.digest();
        }
        return identity;
    }

    @Override
    public void close() {
        methods.values().forEach(Distillation::close);
    }
}
