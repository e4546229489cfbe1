package dev.retort.detection.model;

import dev.retort.nn.BuildContext;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The kinds of detectors on the class path. */
public final class DetectionModels {
    private DetectionModels() {}

    /** All providers, by kind. */
    public static List<DetectionModelProvider<?>> all() {
        return ServiceLoader.load(DetectionModelProvider.class, DetectionModels.class.getClassLoader()).stream()
                .<DetectionModelProvider<?>>map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(provider -> provider.kind()))
                .toList();
    }

    /**
     * The provider of a kind.
     *
     * @throws IllegalArgumentException if there is none, naming those that there are
     */
    public static DetectionModelProvider<?> of(String kind) {
        List<DetectionModelProvider<?>> all = all();
        return all.stream()
                .filter(provider -> provider.kind().equals(kind))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("model.kind must be one of "
                        + all.stream().map(DetectionModelProvider::kind).collect(Collectors.joining(", ")) + ", not "
                        + kind));
    }

    /**
     * The network of a recipe's section {@code model}.
     *
     * @param own gives the settings of the kind by their type
     * @param numClasses K, background not counted
     */
    public static DetectionModel create(BuildContext context, ModelSettings settings, OwnSettings own, int numClasses) {
        return create(of(settings.kind()), context, settings, own, numClasses);
    }

    /** Gives settings by their type. */
    @FunctionalInterface
    public interface OwnSettings {
        <S extends Record> S of(Class<S> type);
    }

    @SuppressWarnings("unchecked")
    private static <S extends Record> DetectionModel create(
            DetectionModelProvider<S> provider,
            BuildContext context,
            ModelSettings settings,
            OwnSettings own,
            int numClasses) {
        Class<S> type = (Class<S>) provider.defaults().getClass();
        return provider.create(context, settings, own.of(type), numClasses);
    }
}
