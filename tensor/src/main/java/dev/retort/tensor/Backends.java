package dev.retort.tensor;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds backends. An explicit request that cannot be met is an error with its cause; only the automatic choice falls back. */
public final class Backends {
    private static final System.Logger LOG = System.getLogger(Backends.class.getName());

    private Backends() {}

    /** All providers on the class path, preferred ones first. */
    public static List<BackendProvider> providers() {
        return ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(BackendProvider::preference).thenComparing(BackendProvider::name))
                .toList();
    }

    /**
     * A new backend by name, or the first usable one for {@code auto}.
     *
     * @throws IllegalArgumentException if there is no such name
     * @throws IllegalStateException if it is not usable here; the message says why and what to do
     */
    public static Backend create(String name) {
        if (name.equals("auto")) {
            return automatic();
        }
        List<BackendProvider> providers = providers();
        BackendProvider provider = providers.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no backend '" + name + "'; there are "
                        + providers.stream().map(BackendProvider::name).collect(Collectors.joining(", "))));
        BackendProvider.Usability usability = provider.usability();
        if (!usability.usable()) {
            throw new IllegalStateException(
                    "Backend '" + name + "' cannot be used here: " + usability.reason(), usability.cause());
        }
        return provider.create();
    }

    private static Backend automatic() {
        for (BackendProvider provider : providers()) {
            BackendProvider.Usability usability = provider.usability();
            if (usability.usable()) {
                LOG.log(System.Logger.Level.DEBUG, "Backend {0}: {1}", provider.name(), usability.reason());
                return provider.create();
            }
            LOG.log(System.Logger.Level.INFO, "Backend {0} is passed over: {1}", provider.name(), usability.reason());
        }
        throw new IllegalStateException(
                "No backend is usable: retort-tensor itself brings 'reference', is its jar whole?");
    }
}
