package dev.retort.nn.weights;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A class or function that a pickle may name: never looked up, only a mark for what this reader does in its place.
 *
 * @param name module and name, as {@code collections.OrderedDict}
 */
record PickleClass(String name, Kind kind) {
    /** What the unpickler does where it is called. */
    enum Kind {
        ORDERED_DICT,
        TORCH_TENSOR,
        TORCH_PARAMETER_OF,
        TORCH_PARAMETER,
        TORCH_STORAGE,
        TORCH_TENSOR_TYPE,
        TUPLE,
        NUMPY_RECONSTRUCT,
        NUMPY_ARRAY,
        NUMPY_DTYPE,
        NUMPY_SCALAR,
        NUMPY_FROM_BUFFER,
        ENCODE,
        BYTES,
        /** Kept as a name without content. */
        INERT
    }

    private static final Map<String, SourceType> STORAGES = Map.of(
            "Double", SourceType.F64,
            "Float", SourceType.F32,
            "Half", SourceType.F16,
            "BFloat16", SourceType.BF16,
            "Long", SourceType.I64,
            "Int", SourceType.I32,
            "Short", SourceType.I16,
            "Char", SourceType.I8,
            "Byte", SourceType.U8,
            "Bool", SourceType.BOOL);

    /** Classes of training checkpoints beside the weights, and of options. */
    private static final Set<String> INERT = Set.of(
            "argparse.Namespace",
            "builtins.complex",
            "builtins.frozenset",
            "builtins.set",
            "builtins.slice",
            "collections.Counter",
            "collections.defaultdict",
            "datetime.datetime",
            "datetime.timedelta",
            "detectron2.config.config.CfgNode",
            "mmengine.config.config.ConfigDict",
            "mmengine.logging.history_buffer.HistoryBuffer",
            "pathlib.PosixPath",
            "pathlib.WindowsPath",
            "torch.device",
            "torch.float64",
            "torch.float32",
            "torch.float16",
            "torch.bfloat16",
            "torch.int64",
            "torch.int32",
            "torch.int16",
            "torch.int8",
            "torch.uint8",
            "torch.bool",
            "torch.strided",
            "torch.contiguous_format",
            "torch.channels_last",
            "yacs.config.CfgNode");

    /** What is known and not read, by the class that stands for it. */
    private static final Map<String, String> UNSUPPORTED = Map.of(
            "QInt8Storage", "is a quantized model",
            "QUInt8Storage", "is a quantized model",
            "QInt32Storage", "is a quantized model",
            "QUInt4x2Storage", "is a quantized model",
            "QUInt2x4Storage", "is a quantized model",
            "_rebuild_qtensor", "is a quantized model",
            "ComplexFloatStorage", "holds complex numbers",
            "ComplexDoubleStorage", "holds complex numbers",
            "_rebuild_sparse_tensor", "holds sparse tensors");

    private static final Map<String, PickleClass> KNOWN = new HashMap<>();

    static {
        know(Kind.ORDERED_DICT, "collections.OrderedDict");
        know(Kind.TORCH_TENSOR, "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor");
        know(Kind.TORCH_PARAMETER_OF, "torch._utils._rebuild_parameter");
        know(Kind.TORCH_PARAMETER, "torch.nn.parameter.Parameter", "torch.autograd.variable.Variable");
        know(Kind.TUPLE, "torch.Size");
        know(Kind.NUMPY_RECONSTRUCT, "numpy.core.multiarray._reconstruct");
        know(Kind.NUMPY_ARRAY, "numpy.ndarray");
        know(Kind.NUMPY_DTYPE, "numpy.dtype");
        know(Kind.NUMPY_SCALAR, "numpy.core.multiarray.scalar");
        know(Kind.NUMPY_FROM_BUFFER, "numpy.core.numeric._frombuffer");
        know(Kind.ENCODE, "_codecs.encode");
        know(Kind.BYTES, "builtins.bytes");
        for (String type : STORAGES.keySet()) {
            know(Kind.TORCH_STORAGE, "torch." + type + "Storage", "torch.cuda." + type + "Storage");
            know(Kind.TORCH_TENSOR_TYPE, "torch." + type + "Tensor", "torch.cuda." + type + "Tensor");
        }
        INERT.forEach(name -> know(Kind.INERT, name));
    }

    private static void know(Kind kind, String... names) {
        for (String name : names) {
            KNOWN.put(name, new PickleClass(name, kind));
        }
    }

    /**
     * The class of this name. Python 2's module of builtins and NumPy 2's of arrays go by their other names; a dotted name, which
     * would reach into a class, is none.
     *
     * @throws WeightFileException if it is not among those that weight files need
     */
    static PickleClass of(FileBytes file, String module, String name) throws WeightFileException {
        String place = module.equals("__builtin__") ? "builtins" : module;
        if (place.startsWith("numpy._core.")) {
            place = "numpy.core." + place.substring("numpy._core.".length());
        }
        PickleClass known = name.contains(".") ? null : KNOWN.get(place + '.' + name);
        if (known != null) {
            return known;
        }
        String shown = FileBytes.shown(module + '.' + name);
        String unsupported = UNSUPPORTED.get(name);
        if (unsupported != null) {
            throw file.problem(
                    unsupported + " (" + shown + "), and none is read",
                    "Convert it in Python to plain floating-point tensors and save those");
        }
        throw file.problem(
                "names " + shown + ", which is none of the classes that weights are made of; nothing was run",
                WeightFileException.SAVE_WEIGHTS);
    }

    /** The type of a storage class's elements. */
    SourceType elements() {
        String own = name.substring(name.lastIndexOf('.') + 1);
        return STORAGES.get(own.substring(0, own.length() - "Storage".length()));
    }
}
