package dev.retort.nn.weights;

import dev.retort.nn.weights.PickleValue.Tuple;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The format of {@code torch.save} since 1.6: under one root folder of a zip archive, a pickle and a record for each storage. */
final class TorchZip {
    private static final String PICKLE = "/data.pkl";
    private static final int MAX_WORD = 16;

    private final FileBytes file;
    private final ZipDirectory zip;
    private final String root;
    private final ByteOrder order;
    private final Map<String, Storage> storages = new HashMap<>();

    private TorchZip(FileBytes file) throws IOException {
        this.file = file;
        zip = new ZipDirectory(file);
        root = root();
        order = order();
    }

    static WeightNode.Mapping read(FileBytes file) throws IOException {
        TorchZip archive = new TorchZip(file);
        Cursor pickle = archive.zip
                .find(archive.root + PICKLE)
                .orElseThrow(() -> file.damaged("has no data.pkl"))
                .cursor();
        Object content = new Unpickler(pickle, archive::storage).load();
        if (pickle.remaining() > 0) {
            throw file.damaged("goes on behind the end of its pickle");
        }
        return PickleTree.of(file, content);
    }

    private String root() throws WeightFileException {
        String found = "";
        for (String name : zip.names()) {
            if (name.endsWith(PICKLE)) {
                if (!found.isEmpty()) {
                    throw file.damaged(
                            "has more than one data.pkl, so that it is not clear which one holds the weights");
                }
                found = name.substring(0, name.length() - PICKLE.length());
            }
        }
        if (found.isEmpty()) {
            throw file.problem(
                    "is a zip archive without data.pkl, so not one of torch.save",
                    "Unpack it if weight files are in it, and name one of them");
        }
        for (String name : zip.names()) {
            if (name.equals(found + "/constants.pkl") || name.startsWith(found + "/code/")) {
                throw file.problem(
                        "is a TorchScript program, which holds code beside its weights",
                        "Save the weights alone in Python: torch.save(torch.jit.load(file).state_dict(), other)");
            }
        }
        return found;
    }

    private ByteOrder order() throws IOException {
        Optional<CheckedBytes> found = zip.find(root + "/byteorder");
        if (found.isEmpty()) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        CheckedBytes record = found.get();
        String word = record.length() > MAX_WORD
                ? ""
                : new String(record.cursor().bytes((int) record.length()), StandardCharsets.US_ASCII);
        return switch (word) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default -> throw file.damaged("has a byte order that is neither little nor big");
        };
    }

    /** {@code ('storage', type, key, location, count)}. Several tensors may name one storage. */
    private Object storage(Object id) throws IOException {
        TorchId named = TorchId.of(file, id);
        if (!(id instanceof Tuple parts) || parts.size() != 5) {
            throw file.damaged("names a storage in a way of its own");
        }
        Storage storage = storages.get(named.key());
        if (storage == null) {
            storage = Storage.of(file, named.type(), named.count());
            CheckedBytes record = zip.find(root + "/data/" + named.key())
                    .orElseThrow(
                            () -> file.damaged("has no record of the storage '" + FileBytes.shown(named.key()) + "'"));
            storage.place(record, order);
            storages.put(named.key(), storage);
        }
        named.requireLike(storage);
        return storage;
    }
}
