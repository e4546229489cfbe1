package dev.retort.tensor;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds backends. An explicit request that cannot be met is an error with its cause; only the automatic choice falls back,
 * and not behind a backend whose settings are wrong. */
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
     * What a user's name for a backend stands for.
     *
     * @param device the device selector behind the colon and the mode suffixes from a slash on; empty for neither
     */
    public record Choice(BackendProvider provider, String device) {
        /** Whether it can be made here. */
        public BackendProvider.Usability usability() {
            return provider.usability(device);
        }

        /**
         * A new backend.
         *
         * @throws DeviceException if it is not usable here; the message says why and what to do
         */
        public Backend create() {
            BackendProvider.Usability usability = usability();
            if (!usability.usable()) {
                throw new DeviceException(
                        "Backend '" + provider.name() + "' cannot be used here: " + usability.reason(),
                        usability.cause());
            }
            return provider.create(device);
        }
    }

    /**
     * The provider that a name means: {@code simd}, {@code opencl}, {@code opencl:1}, {@code opencl:radeon}, {@code cuda/tf32}, ...
     *
     * @throws IllegalArgumentException if there is no such provider
     */
    public static Choice choose(String name) {
        int end = 0;
        while (end < name.length() && name.charAt(end) != ':' && name.charAt(end) != '/') {
            end++;
        }
        String wanted = name.substring(0, end);
        String device = name.startsWith(":", end) ? name.substring(end + 1) : name.substring(end);
        List<BackendProvider> providers = providers();
        BackendProvider provider = providers.stream()
                .filter(p -> p.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no backend '" + wanted + "'; there are "
                        + providers.stream().map(BackendProvider::name).collect(Collectors.joining(", "))));
        return new Choice(provider, device);
    }

    /**
     * A new backend by name, or the first usable one for {@code auto}. A device of a backend that has several stands behind a colon:
     * {@code opencl:0}.
     *
     * @throws IllegalArgumentException if there is no such name, or a setting of the backend that {@code auto} comes to is wrong, such as
     *     the number of threads
     * @throws DeviceException if it is not usable here; the message says why and what to do
     */
    public static Backend create(String name) {
        return name.equals("auto") ? automatic() : choose(name).create();
    }

    private static Backend automatic() {
        for (BackendProvider provider : providers()) {
            if (!provider.worthTrying()) {
                LOG.log(System.Logger.Level.DEBUG, "Backend {0} is passed over unprobed", provider.name());
                continue;
            }
            BackendProvider.Usability usability = provider.usability();
            String reason = usability.reason();
            if (usability.automatic()) {
                try {
                    Backend backend = provider.create("");
                    LOG.log(System.Logger.Level.DEBUG, "Backend {0}: {1}", provider.name(), reason);
                    return backend;
                } catch (RuntimeException failure) {
                    LOG.log(System.Logger.Level.WARNING, "Backend {0} is passed over: {1}", provider.name(), failure);
                    continue;
                }
            }
            if (usability.cause() instanceof IllegalArgumentException wrong) {
                throw new IllegalArgumentException(reason, wrong);
            }
            System.Logger.Level level = usability.ordinary() ? System.Logger.Level.DEBUG : System.Logger.Level.INFO;
            LOG.log(level, "Backend {0} is passed over: {1}", provider.name(), reason);
        }
        throw new DeviceException("No backend is usable: retort-tensor itself brings 'reference', is its jar whole?");
    }
}
