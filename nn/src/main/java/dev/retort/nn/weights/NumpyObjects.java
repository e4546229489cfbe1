package dev.retort.nn.weights;

import dev.retort.nn.weights.PickleValue.ArrayType;
import dev.retort.nn.weights.PickleValue.Bytes;
import dev.retort.nn.weights.PickleValue.Nothing;
import dev.retort.nn.weights.PickleValue.Pending;
import dev.retort.nn.weights.PickleValue.Text;
import dev.retort.nn.weights.PickleValue.Tuple;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Map;

/** NumPy's arrays in pickles, of NumPy 1 and 2. */
final class NumpyObjects {
    private static final Map<String, SourceType> TYPES = Map.of(
            "f8", SourceType.F64,
            "f4", SourceType.F32,
            "f2", SourceType.F16,
            "i8", SourceType.I64,
            "i4", SourceType.I32,
            "i2", SourceType.I16,
            "i1", SourceType.I8,
            "u1", SourceType.U8,
            "b1", SourceType.BOOL);
    /** Version, byte order, subtype, names, fields. */
    private static final int TYPE_STATE = 5;
    /** Version, shape, type, whether column-major, data. */
    private static final int ARRAY_STATE = 5;

    private final FileBytes file;
    private final PickleObjects objects;

    NumpyObjects(FileBytes file, PickleObjects objects) {
        this.file = file;
        this.objects = objects;
    }

    /** {@code dtype('f4', False, True)}; its byte order stands in its state. */
    ArrayType type(Tuple given) throws WeightFileException {
        if (given.size() == 0 || given.size() > 3) {
            throw objects.strange("has an array type that makes no sense");
        }
        String name = objects.text(given.get(0));
        boolean ordered = !name.isEmpty() && "<>|=".indexOf(name.charAt(0)) >= 0;
        SourceType type = TYPES.get(ordered ? name.substring(1) : name);
        if (type == null) {
            throw file.problem(
                    "holds an array of NumPy type '" + FileBytes.shown(name) + "', which is not read",
                    "Convert it in Python to float32 and save it again");
        }
        return new ArrayType(type, ordered && name.charAt(0) == '>');
    }

    /** The state of a type. */
    void build(ArrayType type, Tuple state) throws WeightFileException {
        if (state.size() < TYPE_STATE) {
            throw objects.strange("has an array type that makes no sense");
        }
        for (int i = 2; i < TYPE_STATE; i++) {
            if (!(state.get(i) instanceof Nothing)) {
                throw file.problem(
                        "holds an array of records, which is not read", "Save its parts as arrays of numbers");
            }
        }
        String order = objects.text(state.get(1));
        if (order.length() != 1 || "<>|=".indexOf(order.charAt(0)) < 0) {
            throw objects.strange("has an array type of the byte order '" + FileBytes.shown(order) + "'");
        }
        type.bigEndian = order.equals(">");
    }

    /** {@code _reconstruct(ndarray, (0,), b'b')}: an array without content. */
    Pending reconstruct(Tuple given) throws WeightFileException {
        if (given.size() == 3
                && given.get(0) instanceof PickleClass type
                && type.kind() == PickleClass.Kind.NUMPY_ARRAY) {
            return new Pending(type);
        }
        throw objects.strange("has an array of a kind of its own");
    }

    /** The state of an array: its content. */
    void build(Pending array, Tuple state) throws IOException {
        if (state.size() != ARRAY_STATE || !(state.get(3) instanceof Boolean || state.get(3) instanceof Long)) {
            throw objects.strange("has an array that makes no sense");
        }
        boolean columnMajor = state.get(3) instanceof Boolean flag ? flag : objects.whole(state.get(3)) != 0;
        array.content = array(state.get(4), state.get(2), objects.wholes(state.get(1)), columnMajor);
    }

    /** {@code _frombuffer(data, dtype, shape, order)}, as protocol 5 has it. */
    TensorView fromBuffer(Tuple given) throws IOException {
        if (given.size() != 4) {
            throw objects.strange("has an array that makes no sense");
        }
        String order = objects.text(given.get(3));
        if (!order.equals("C") && !order.equals("F")) {
            throw objects.strange("has an array of the order '" + FileBytes.shown(order) + "'");
        }
        return array(given.get(0), given.get(1), objects.wholes(given.get(2)), order.equals("F"));
    }

    /** {@code scalar(dtype, data)}: one number. */
    TensorView scalar(Tuple given) throws IOException {
        if (given.size() != 2) {
            throw objects.strange("has a number that makes no sense");
        }
        return array(given.get(1), given.get(0), new long[0], false);
    }

    private TensorView array(Object data, Object type, long[] extents, boolean columnMajor) throws IOException {
        if (!(type instanceof ArrayType elements)) {
            throw objects.strange("has an array without a type");
        }
        Storage storage =
                Storage.of(file, elements.type, TensorView.shape(file, extents).size());
        storage.place(bytes(data), elements.bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return columnMajor ? TensorView.columnMajor(storage, extents) : TensorView.rowMajor(storage, extents);
    }

    private DataBytes bytes(Object data) throws WeightFileException {
        if (data instanceof Bytes bytes) {
            return bytes.data();
        }
        if (data instanceof Text text && !text.utf8()) {
            return new DataBytes.Stretch(file, text.position(), text.length());
        }
        throw objects.strange("has an array whose data are no bytes");
    }
}
