package dev.retort.nn.weights;

import dev.retort.nn.weights.PickleValue.Text;
import dev.retort.nn.weights.PickleValue.Tuple;

/** What torch's persistent id of a storage says. Where the storage was, on which GPU, is of no interest. */
record TorchId(FileBytes file, SourceType type, String key, long count) {
    /** Of {@code ('storage', type, key, location, count)}, behind which the older format has a view. */
    static TorchId of(FileBytes file, Object id) throws WeightFileException {
        if (!(id instanceof Tuple parts) || parts.size() == 0 || !(parts.get(0) instanceof Text kind)) {
            throw strange(file);
        }
        if (kind.text().equals("module")) {
            throw file.problem("holds a whole model with its program, not weights", WeightFileException.SAVE_WEIGHTS);
        }
        if (kind.text().equals("storage")
                && parts.size() >= 5
                && parts.get(1) instanceof PickleClass type
                && type.kind() == PickleClass.Kind.TORCH_STORAGE
                && parts.get(2) instanceof Text key
                && key.held()
                && parts.get(4) instanceof Long count) {
            return new TorchId(file, type.elements(), key.text(), count);
        }
        throw strange(file);
    }

    /** One storage cannot be of two types or lengths. */
    void requireLike(Storage storage) throws WeightFileException {
        if (storage.type() != type || storage.count() != count) {
            throw file.damaged("names the storage '" + FileBytes.shown(key) + "' as " + storage.count()
                    + " elements of " + storage.type() + " and as " + count + " of " + type);
        }
    }

    private static WeightFileException strange(FileBytes file) {
        return file.damaged("names a storage in a way of its own");
    }
}
