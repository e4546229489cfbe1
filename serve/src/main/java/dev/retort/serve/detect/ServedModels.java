package dev.retort.serve.detect;

import dev.retort.tensor.Backend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The models of a service by name, in the order of the command line. */
public final class ServedModels implements AutoCloseable {
    private final Map<String, ServedModel> byName = new LinkedHashMap<>();

    private ServedModels() {}

    /**
     * Loads all of them.
     *
     * @param files with names that differ
     * @param backend stays the caller's
     * @param warm whether each looks into a blank image a few times before it serves
     * @throws IOException naming the first file that is no model
     */
    public static ServedModels open(List<ModelFile> files, Backend backend, boolean warm) throws IOException {
        ServedModels models = new ServedModels();
        try {
            for (ModelFile file : files) {
                models.byName.put(file.name(), ServedModel.open(file, backend, warm));
            }
            return models;
        } catch (IOException | RuntimeException | Error e) {
            models.close();
            throw e;
        }
    }

    public Collection<ServedModel> all() {
        return byName.values();
    }

    /**
     * The model of a name.
     *
     * @throws ServiceException naming those that there are, if it is none of them
     */
    public ServedModel get(String name) {
        ServedModel model = byName.get(name);
        if (model == null) {
            throw new ServiceException(
                    FailureKind.UNKNOWN, "There is no model " + name + ", but: " + String.join(", ", byName.keySet()));
        }
        return model;
    }

    /**
     * The only model.
     *
     * @throws ServiceException if there are several, as one has to be named then
     */
    public ServedModel only() {
        if (byName.size() > 1) {
            throw new ServiceException(
                    FailureKind.REQUEST,
                    "Which model? Name one, as in ?model="
                            + byName.keySet().iterator().next() + "; there are: " + String.join(", ", byName.keySet()));
        }
        return byName.values().iterator().next();
    }

    @Override
    public void close() {
        new ArrayList<>(byName.values()).forEach(ServedModel::close);
    }
}
