package dev.retort.nn.weights;

import dev.retort.nn.weights.PickleValue.Dict;
import dev.retort.nn.weights.PickleValue.Items;
import dev.retort.nn.weights.PickleValue.Nothing;
import dev.retort.nn.weights.PickleValue.Text;
import dev.retort.nn.weights.PickleValue.Tuple;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The format of {@code torch.save} from 0.1.10 to 1.5: pickles of a magic number, a version, facts about the system, the object and
 * the storages' keys; then each storage's count and elements. The facts say little about the elements, and torch ignores them.
 */
final class TorchStream {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long VERSION = 1001;
    private static final int VIEW_PARTS = 3;

    private final FileBytes file;
    private final Map<String, Storage> storages = new LinkedHashMap<>();

    private TorchStream(FileBytes file) {
        this.file = file;
    }

    static WeightNode.Mapping read(FileBytes file) throws IOException {
        return new TorchStream(file).content();
    }

    private WeightNode.Mapping content() throws IOException {
        Cursor in = new Cursor(file, "content", 0, file.size());
        Unpickler unpickler = new Unpickler(in, this::storage);
        if (!MAGIC.equals(unpickler.load())) {
            throw file.damaged("has another magic number than torch's");
        }
        Object version = unpickler.load();
        if (!Long.valueOf(VERSION).equals(version)) {
            throw file.problem(
                    "is of a version of torch's format other than " + VERSION, "Save it again with a current torch");
        }
        if (!(unpickler.load() instanceof Dict)) {
            throw file.damaged("has no facts about its system");
        }
        Object content = unpickler.load();
        if (!(unpickler.load() instanceof Items keys)) {
            throw file.damaged("has no list of its storages");
        }
        for (Object key : keys.items()) {
            Storage storage = key instanceof Text text && text.held() ? storages.get(text.text()) : null;
            if (storage == null || storage.isPlaced()) {
                throw file.damaged("lists a storage that no tensor is in, or twice");
            }
            place(in, storage);
        }
        if (in.remaining() > 0) {
            throw file.damaged("goes on behind its last storage");
        }
        for (Map.Entry<String, Storage> storage : storages.entrySet()) {
            if (!storage.getValue().isPlaced()) {
                throw file.damaged("lacks the storage '" + FileBytes.shown(storage.getKey()) + "'");
            }
        }
        return PickleTree.of(file, content);
    }

    private void place(Cursor in, Storage storage) throws IOException {
        long count = in.i64();
        if (count != storage.count()) {
            throw file.damaged("has " + count + " elements for a storage of " + storage.count());
        }
        long bytes = count * storage.type().bytes();
        DataBytes data = new DataBytes.Stretch(file, in.position(), bytes);
        in.skip(bytes);
        storage.place(data, ByteOrder.LITTLE_ENDIAN);
    }

    /** {@code ('storage', type, key, location, count, view)}, the view being None or {@code (key, offset, count)}. */
    private Object storage(Object id) throws WeightFileException {
        TorchId named = TorchId.of(file, id);
        Storage storage = storages.get(named.key());
        if (storage == null) {
            storage = Storage.of(file, named.type(), named.count());
            storages.put(named.key(), storage);
        }
        named.requireLike(storage);
        if (!(id instanceof Tuple parts) || parts.size() != 6) {
            throw file.damaged("names a storage in a way of its own");
        }
        if (parts.get(5) instanceof Nothing) {
            return storage;
        }
        if (parts.get(5) instanceof Tuple view
                && view.size() == VIEW_PARTS
                && view.get(1) instanceof Long offset
                && view.get(2) instanceof Long count) {
            return storage.view(offset, count);
        }
        throw file.damaged("has a view of a storage that makes no sense");
    }
}
