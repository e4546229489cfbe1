package dev.retort.nn.weights;

import dev.retort.nn.weights.PickleValue.ArrayType;
import dev.retort.nn.weights.PickleValue.Bytes;
import dev.retort.nn.weights.PickleValue.Dict;
import dev.retort.nn.weights.PickleValue.Inert;
import dev.retort.nn.weights.PickleValue.Items;
import dev.retort.nn.weights.PickleValue.Nothing;
import dev.retort.nn.weights.PickleValue.Pending;
import dev.retort.nn.weights.PickleValue.Text;
import dev.retort.nn.weights.PickleValue.Tuple;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/** What a pickle's calls make: torch's tensors and containers here, NumPy's arrays in {@link NumpyObjects}. */
final class PickleObjects {
    private static final int MAX_KEY = 500;
    private static final int MAX_RANK = 32;
    private static final int MAX_ENTRIES = 1_000_000;
    /** What {@code state_dict()} hangs on its dict: versions of modules. */
    private static final String METADATA = "_metadata";
    /** In the state of the oldest Parameters. */
    private static final int PARAMETER_STATE = 5;

    private final FileBytes file;
    private final NumpyObjects numpy;
    /** Bytes of text that were read as arrays' bytes: each honest text is once. */
    private long encoded;

    private int entries;

    PickleObjects(FileBytes file) {
        this.file = file;
        numpy = new NumpyObjects(file, this);
    }

    /** What {@code function(*arguments)} stands for. */
    Object call(Object function, Object arguments) throws IOException {
        if (!(function instanceof PickleClass called) || !(arguments instanceof Tuple given)) {
            throw strange("calls something that is no function");
        }
        return switch (called.kind()) {
            case ORDERED_DICT -> orderedDict(given);
            case TORCH_TENSOR -> tensor(given);
            case TORCH_PARAMETER_OF -> parameter(called, given);
            case TORCH_PARAMETER -> given.size() == 0 ? new Pending(called) : parameter(called, given);
            case TUPLE -> tuple(given);
            case NUMPY_RECONSTRUCT -> numpy.reconstruct(given);
            case NUMPY_DTYPE -> numpy.type(given);
            case NUMPY_SCALAR -> numpy.scalar(given);
            case NUMPY_FROM_BUFFER -> numpy.fromBuffer(given);
            case ENCODE -> encode(given);
            case BYTES -> noBytes(given);
            case INERT -> new Inert(called.name());
            default -> throw strange("calls " + called.name());
        };
    }

    /** What {@code type.__new__(type, *arguments)} stands for. */
    Object create(Object type, Object arguments) throws IOException {
        if (type instanceof PickleClass known && arguments instanceof Tuple given) {
            switch (known.kind()) {
                case INERT -> {
                    return new Inert(known.name());
                }
                case ORDERED_DICT, TORCH_PARAMETER, TUPLE -> {
                    return call(type, given);
                }
                default -> {}
            }
        }
        throw strange("makes an object of something that is no class of weights");
    }

    /** Gives an object its state. */
    void build(Object target, Object state) throws IOException {
        if (target instanceof Inert) {
            return;
        }
        if (target instanceof Dict dict && dict.ordered() && state instanceof Dict attributes) {
            if (Set.of(METADATA).containsAll(attributes.entries().keySet())) {
                return;
            }
        } else if (target instanceof ArrayType type && state instanceof Tuple given) {
            numpy.build(type, given);
            return;
        } else if (target instanceof Pending pending && state instanceof Tuple given) {
            if (pending.type.kind() == PickleClass.Kind.NUMPY_ARRAY) {
                numpy.build(pending, given);
            } else if (given.size() == PARAMETER_STATE) {
                pending.content = requireTensor(given.get(0));
            }
            return;
        }
        throw strange("gives a state to something that has none");
    }

    /** Puts an entry into a dict. */
    void put(Object target, Object key, Object value) throws WeightFileException {
        if (target instanceof Inert) {
            return;
        }
        if (!(target instanceof Dict dict)) {
            throw strange("puts an entry into something that is no dict");
        }
        if (++entries > MAX_ENTRIES) {
            throw file.problem("holds too many entries for weights", WeightFileException.SAVE_WEIGHTS);
        }
        String name = key(key);
        if (dict.entries().putIfAbsent(name, value) != null) {
            throw file.damaged("has two entries '" + FileBytes.shown(name) + "' in one dict");
        }
    }

    /** A short text that the file has to have there. */
    String text(Object value) throws WeightFileException {
        if (value instanceof Text text && text.held()) {
            return text.text();
        }
        throw strange("has something else where a name belongs");
    }

    /** A whole number that the file has to have there. */
    long whole(Object value) throws WeightFileException {
        if (value instanceof Long number) {
            return number;
        }
        throw strange("has something else where a whole number belongs");
    }

    /** Whole numbers that the file has to have there, few. */
    long[] wholes(Object value) throws WeightFileException {
        if (!(value instanceof Tuple tuple) || tuple.size() > MAX_RANK) {
            throw strange("has something else where the sizes of a tensor belong");
        }
        long[] numbers = new long[tuple.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = whole(tuple.get(i));
        }
        return numbers;
    }

    /** A pickle whose parts do not fit together. */
    WeightFileException strange(String reason) {
        return file.damaged("has a pickle that " + reason);
    }

    private String key(Object key) throws WeightFileException {
        String name;
        if (key instanceof Text text && text.held()) {
            name = text.text();
        } else if (key instanceof Long
                || key instanceof Double
                || key instanceof Boolean
                || key instanceof BigInteger) {
            name = key.toString();
        } else if (key instanceof Nothing) {
            name = "None";
        } else if (key instanceof Tuple tuple && tuple.items().stream().noneMatch(Tuple.class::isInstance)) {
            StringJoiner names = new StringJoiner(", ", "(", ")");
            for (Object item : tuple.items()) {
                names.add(key(item));
            }
            name = names.toString();
        } else {
            throw strange("has a key that is no name");
        }
        if (name.length() > MAX_KEY) {
            throw file.damaged("has a key of " + name.length() + " characters");
        }
        return name;
    }

    private Dict orderedDict(Tuple given) throws WeightFileException {
        Dict dict = new Dict(true);
        if (given.size() == 1 && given.get(0) instanceof Items pairs) {
            for (Object pair : pairs.items()) {
                List<Object> entry = pair instanceof Items list
                        ? list.items()
                        : pair instanceof Tuple tuple ? tuple.items() : List.of();
                if (entry.size() != 2) {
                    throw strange("makes a dict of something else than pairs");
                }
                put(dict, entry.get(0), entry.get(1));
            }
        } else if (given.size() != 0) {
            throw strange("makes a dict of something else than pairs");
        }
        return dict;
    }

    /** Storage, offset, sizes, strides; behind them, whether it is trained, and hooks. */
    private TensorView tensor(Tuple given) throws WeightFileException {
        if (given.size() < 4 || given.size() > 7 || !(given.get(0) instanceof Storage storage)) {
            throw strange("makes a tensor of something else than a storage, an offset, sizes and strides");
        }
        return TensorView.of(storage, whole(given.get(1)), wholes(given.get(2)), wholes(given.get(3)));
    }

    private Object parameter(PickleClass type, Tuple given) throws WeightFileException {
        if (given.size() == 0 || given.size() > 3) {
            throw strange("makes a parameter of something else than a tensor");
        }
        Pending parameter = new Pending(type);
        parameter.content = requireTensor(given.get(0));
        return parameter;
    }

    private Object requireTensor(Object value) throws WeightFileException {
        if (value instanceof TensorView) {
            return value;
        }
        throw strange("makes a parameter of something else than a tensor");
    }

    private Tuple tuple(Tuple given) throws WeightFileException {
        if (given.size() == 0) {
            return given;
        }
        if (given.size() == 1 && given.get(0) instanceof Tuple tuple) {
            return tuple;
        }
        throw strange("makes a size of something that is no tuple");
    }

    /** How Python 3 writes bytes in protocol 2. */
    private Bytes encode(Tuple given) throws IOException {
        if (given.size() != 2 || !(given.get(0) instanceof Text text) || !text.utf8()) {
            throw strange("makes bytes of something that is no text");
        }
        if (!text(given.get(1)).equals("latin1")) {
            throw strange("makes bytes with the encoding " + FileBytes.shown(text(given.get(1))));
        }
        encoded += text.length();
        if (encoded > file.size()) {
            throw file.damaged("makes more bytes of its texts than it has");
        }
        return new Bytes(Latin1Text.of(file, text.position(), text.length()));
    }

    private Bytes noBytes(Tuple given) throws WeightFileException {
        if (given.size() != 0) {
            throw strange("makes bytes of an argument");
        }
        return new Bytes(new DataBytes.Stretch(file, 0, 0));
    }
}
