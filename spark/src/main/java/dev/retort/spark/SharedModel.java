package dev.retort.spark;

import dev.retort.detection.Detector;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.util.HashMap;
import java.util.Map;

/**
 * The detectors of this JVM, one for each model and device, which all tasks share. One that no task uses any more stays until another
 * model is asked for: the next stage finds it loaded.
 */
final class SharedModel implements AutoCloseable {
    private static final Map<Key, SharedModel> LOADED = new HashMap<>();

    /** @param model its digest */
    private record Key(String model, String device) {}

    private final Backend backend;
    private final Detector detector;
    private int users;

    private SharedModel(Backend backend, Detector detector) {
        this.backend = backend;
        this.detector = detector;
    }

    /** A detector to use until {@link #close}; the first call loads it. */
    static SharedModel use(ModelBytes model, String device) {
        synchronized (LOADED) {
            Key key = new Key(model.digest(), device);
            SharedModel shared = LOADED.get(key);
            if (shared == null) {
                LOADED.values().removeIf(SharedModel::freed);
                shared = load(model, device);
                LOADED.put(key, shared);
            }
            shared.users++;
            return shared;
        }
    }

    private boolean freed() {
        if (users > 0) {
            return false;
        }
        detector.close();
        backend.close();
        return true;
    }

    private static SharedModel load(ModelBytes model, String device) {
        Backend backend = Backends.create(device);
        try {
            return new SharedModel(backend, model.load(backend));
        } catch (RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    Detector detector() {
        return detector;
    }

    @Override
    public void close() {
        synchronized (LOADED) {
            users--;
        }
    }
}
