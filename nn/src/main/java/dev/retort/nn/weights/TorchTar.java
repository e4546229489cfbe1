package dev.retort.nn.weights;

import dev.retort.nn.weights.PickleValue.Dict;
import dev.retort.nn.weights.PickleValue.Items;
import dev.retort.nn.weights.PickleValue.Text;
import dev.retort.nn.weights.PickleValue.Tuple;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The format of {@code torch.save} before 0.1.10: a tar archive of storages, of tensors in them, and of a pickle that refers to the
 * tensors by their keys.
 */
final class TorchTar {
    private static final int MAX_OBJECTS = 100_000;
    private static final int MAX_RANK = 32;

    private final FileBytes file;
    private final TarDirectory tar;
    private final Map<Object, Storage> storages = new HashMap<>();
    /** By the texts of their keys, as the pickle has them. */
    private final Map<String, TensorView> tensors = new HashMap<>();

    private TorchTar(FileBytes file) throws IOException {
        this.file = file;
        tar = new TarDirectory(file);
    }

    static WeightNode.Mapping read(FileBytes file) throws IOException {
        TorchTar archive = new TorchTar(file);
        if (!(new Unpickler(archive.tar.member("sys_info")).load() instanceof Dict)) {
            throw file.damaged("has no facts about its system");
        }
        archive.readStorages();
        archive.readTensors();
        Cursor in = archive.tar.member("pickle");
        return PickleTree.of(file, new Unpickler(in, archive::tensor).load());
    }

    private void readStorages() throws IOException {
        Cursor in = tar.member("storages");
        Unpickler unpickler = new Unpickler(in);
        for (long left = count(unpickler.load()); left > 0; left--) {
            if (!(unpickler.load() instanceof Tuple parts)
                    || parts.size() != 3
                    || !(parts.get(0) instanceof Long key)
                    || !(parts.get(2) instanceof PickleClass type)
                    || type.kind() != PickleClass.Kind.TORCH_STORAGE) {
                throw strange("storages");
            }
            Storage storage = Storage.of(file, type.elements(), in.i64());
            long bytes = storage.count() * storage.type().bytes();
            DataBytes data = new DataBytes.Stretch(file, in.position(), bytes);
            in.skip(bytes);
            storage.place(data, ByteOrder.LITTLE_ENDIAN);
            storages.put(key, storage);
        }
        if (!(unpickler.load() instanceof Items views)) {
            throw strange("storages");
        }
        for (Object view : views.items()) {
            if (!(view instanceof Tuple parts)
                    || parts.size() != 4
                    || !(parts.get(0) instanceof Long key)
                    || !(parts.get(1) instanceof Long root)
                    || !storages.containsKey(root)
                    || !(parts.get(2) instanceof Long offset)
                    || !(parts.get(3) instanceof Long size)) {
                throw strange("storages");
            }
            storages.put(key, storages.get(root).view(offset, size));
        }
    }

    private void readTensors() throws IOException {
        Cursor in = tar.member("tensors");
        Unpickler unpickler = new Unpickler(in);
        for (long left = count(unpickler.load()); left > 0; left--) {
            if (!(unpickler.load() instanceof Tuple parts)
                    || parts.size() != 3
                    || !(parts.get(0) instanceof Long key)
                    || !(parts.get(1) instanceof Long storageKey)
                    || !storages.containsKey(storageKey)) {
                throw strange("tensors");
            }
            int rank = in.i32();
            in.skip(Integer.BYTES);
            if (rank < 0 || rank > MAX_RANK) {
                throw file.damaged("declares a tensor of " + rank + " axes");
            }
            long[] extents = wholes(in, rank);
            long[] strides = wholes(in, rank);
            tensors.put(key.toString(), TensorView.of(storages.get(storageKey), in.i64(), extents, strides));
        }
    }

    private Object tensor(Object id) throws WeightFileException {
        TensorView tensor = id instanceof Text text ? tensors.get(text.text()) : null;
        if (tensor == null) {
            throw file.damaged("refers to a tensor that it does not have");
        }
        return tensor;
    }

    private long count(Object value) throws WeightFileException {
        if (value instanceof Long count && count >= 0 && count <= MAX_OBJECTS) {
            return count;
        }
        throw file.damaged("declares a number of storages or tensors that makes no sense");
    }

    private static long[] wholes(Cursor in, int count) throws IOException {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.i64();
        }
        return values;
    }

    private WeightFileException strange(String member) {
        return file.damaged("has a member '" + member + "' that makes no sense");
    }
}
