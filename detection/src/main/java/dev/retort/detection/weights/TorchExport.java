package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.DetectorException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a detector as safetensors with the names and the layout of a library for PyTorch.
 *
 * <pre>{@code
 * TorchExport.write(detector, TorchLibrary.TORCHVISION, Path.of("torchvision.safetensors"));
 * }</pre>
 *
 * <p>Values stay what they are, bit for bit: convolutions become OIHW, rows of the head's last layers get the library's order of anchors,
 * and classes its channels. torchvision's channel 0 is the background, class k is channel k + 1; of COCO's 80 classes each is the channel
 * of its category id, 91 in all. Channels that are no class have weights 0 and a bias so low that their score is 0. Real batch norms get
 * their counter {@code num_batches_tracked}, 0.
 *
 * <p>The file's metadata have the recipe and the classes, so that {@link ForeignWeights} makes the same detector of it again.
 */
public final class TorchExport {
    private TorchExport() {}

    /**
     * Writes a detector as it is now, whole or not at all.
     *
     * @throws DetectorException if the library has no such network; the message says what it lacks
     * @throws IOException if the file cannot be written; the message names it
     */
    public static void write(Detector detector, TorchLibrary library, Path file) throws IOException {
        new TorchFile(detector, TorchLimits.source(detector, library)).write(file);
    }

    /**
     * Python that makes the library's network with the detector's settings and loads the file. What cannot be made the same stands there as
     * a comment.
     *
     * @param file as Python is to find it
     * @return lines
     * @throws DetectorException if the library has no such network
     */
    public static List<String> python(Detector detector, TorchLibrary library, Path file) {
        TorchLimits.source(detector, library);
        PythonLines python =
                switch (library) {
                    case TORCHVISION -> TorchvisionPython.of(detector);
                    case DETECTRON2 -> Detectron2Python.of(detector);
                    case ADELAIDET -> AdelaidetPython.of(detector);
                };
        return python.loading(file);
    }
}
