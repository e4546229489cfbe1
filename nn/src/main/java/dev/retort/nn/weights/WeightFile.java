package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * An open weight file of another program. Opening recognizes the format by the first bytes and reads all but the tensors' values;
 * these stay in the file and are read when asked for, one tensor at a time.
 *
 * <pre>{@code
 * try (WeightFile file = WeightFile.open(Path.of("resnet50-0676ba61.pth"))) {
 *     for (WeightTensor tensor : file.content().tensors().values()) {
 *         float[] values = tensor.toFloats(); // row-major, OIHW
 *     }
 * }
 * }</pre>
 *
 * <p>A file is data, whatever it says: no class that it names is looked up, constructed or called, and a name that weights do not
 * need is refused. Counts, depths and sizes are checked before anything of that size is allocated. Not for use by several threads.
 */
public final class WeightFile implements AutoCloseable {
    private final FileBytes file;
    private final Container container;
    private final WeightNode.Mapping content;
    private final Map<String, String> metadata;

    private WeightFile(FileBytes file) throws IOException {
        this.file = file;
        container = Signatures.of(file);
        if (container == Container.SAFETENSORS) {
            ForeignSafeTensors tensors = new ForeignSafeTensors(file);
            content = tensors.content();
            metadata = tensors.metadata();
        } else {
            content = switch (container) {
                case TORCH_ZIP -> TorchZip.read(file);
                case TORCH_STREAM -> TorchStream.read(file);
                case TORCH_TAR -> TorchTar.read(file);
                default -> pickle(file);
            };
            metadata = Map.of();
        }
    }

    /**
     * Opens {@code path}, which may lie in any file system.
     *
     * @throws WeightFileException if it is no weight file, is damaged, or holds what weights do not need
     * @throws IOException if there is no such file, or it cannot be read
     */
    public static WeightFile open(Path path) throws IOException {
        return of(FileBytes.open(path));
    }

    /** Takes the file over: it is closed with this, or at once if it is refused. */
    static WeightFile of(FileBytes file) throws IOException {
        try {
            return new WeightFile(file);
        } catch (Throwable failure) {
            file.close();
            throw failure;
        }
    }

    private static WeightNode.Mapping pickle(FileBytes file) throws IOException {
        Cursor in = new Cursor(file, "pickle", 0, file.size());
        Object content = new Unpickler(in).load();
        if (in.remaining() > 0) {
            throw file.damaged("goes on behind the end of its pickle");
        }
        return PickleTree.of(file, content);
    }

    /** Where it lies. */
    public Path path() {
        return file.path();
    }

    /** Its format. */
    public Container container() {
        return container;
    }

    /** All that it holds. */
    public WeightNode.Mapping content() {
        return content;
    }

    /**
     * The mapping that stands under {@code name} in the file, as {@code model} or {@code state_dict} of a training checkpoint.
     *
     * @throws WeightFileException if there is none, listing what there is
     */
    public WeightNode.Mapping section(String name) throws WeightFileException {
        if (content.entries().get(name) instanceof WeightNode.Mapping section) {
            return section;
        }
        throw file.problem(
                "has no section '" + name + "'",
                "It holds "
                        + FileBytes.shown(String.join(", ", content.entries().keySet())));
    }

    /** What a safetensors file says about itself; empty for other formats. */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
