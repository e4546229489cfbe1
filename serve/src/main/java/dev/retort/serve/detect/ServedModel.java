package dev.retort.serve.detect;

import dev.retort.detection.Detector;
import dev.retort.tensor.Backend;
import java.io.IOException;

/**
 * A model under its name. Its file can be loaded again while requests go on: they use what was there when they came, and the last one
 * of them closes it.
 */
public final class ServedModel implements AutoCloseable {
    private final ModelFile source;
    private final Backend backend;
    private final boolean warm;
    private final Object loading = new Object();
    private LoadedModel current;

    private ServedModel(ModelFile source, Backend backend, boolean warm) throws IOException {
        this.source = source;
        this.backend = backend;
        this.warm = warm;
        this.current = load();
    }

    /**
     * Loads a model.
     *
     * @param backend stays the caller's
     * @param warm whether it looks into a blank image a few times before it serves
     * @throws IOException if the file is no model; the message says what is wrong with it
     */
    public static ServedModel open(ModelFile source, Backend backend, boolean warm) throws IOException {
        return new ServedModel(source, backend, warm);
    }

    private LoadedModel load() throws IOException {
        Detector detector = Detector.load(source.file(), backend);
        try {
            if (warm) {
                WarmUp.run(detector);
            }
            return new LoadedModel(detector);
        } catch (RuntimeException | Error e) {
            detector.close();
            throw e;
        }
    }

    public ModelFile source() {
        return source;
    }

    /** What serves now, held for the caller, who releases it. */
    LoadedModel retain() {
        while (true) {
            LoadedModel seen = current();
            if (seen.retain()) {
                return seen;
            }
        }
    }

    /** What serves now, to ask it for what it is; it may be exchanged at any time. */
    public synchronized LoadedModel current() {
        return current;
    }

    /**
     * Loads the file again and exchanges the detector once the new one is ready; if it fails, the old one goes on.
     *
     * @throws IOException if the file is no model; the message says what is wrong with it
     */
    public void reload() throws IOException {
        // One at a time, as each takes the memory of a model.
        synchronized (loading) {
            LoadedModel fresh = load();
            LoadedModel old;
            synchronized (this) {
                old = current;
                current = fresh;
            }
            old.release();
        }
    }

    /** Closes what serves now, once its users let go of it. Nobody may ask for this model any more. */
    @Override
    public void close() {
        current().release();
    }
}
