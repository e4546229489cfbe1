package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.DetectorException;
import dev.retort.detection.model.BoxOutput;
import dev.retort.detection.model.ModelSettings;
import dev.retort.detection.model.fcos.FcosSettings;
import dev.retort.detection.model.retinanet.RetinaNetSettings;
import java.util.Locale;

/** What a library's network cannot be. */
final class TorchLimits {
    /** Channels of a library's first stage. */
    static final int WIDTH = 64;

    private static final int BOTTLENECKS_FROM = 50;

    /** Of torchvision's pyramids, and convolutions of its heads. */
    private static final int CHANNELS = 256;

    private static final int CONVOLUTIONS = 4;

    /** Groups of the norms in detectron2. */
    private static final int GROUPS = 32;

    private final Detector detector;
    private final TorchLibrary library;

    private TorchLimits(Detector detector, TorchLibrary library) {
        this.detector = detector;
        this.library = library;
    }

    /**
     * The library's detector of the same kind.
     *
     * @throws DetectorException if there is none that can be the same network, naming the setting
     */
    static WeightSource source(Detector detector, TorchLibrary library) {
        String kind = detector.recipe().model().kind();
        TorchLimits limits = new TorchLimits(detector, library);
        WeightSource source = library.source(kind)
                .orElseThrow(
                        () -> limits.refusal("it is of kind " + kind + ", which " + library + " has no names for"));
        detector.recipe().find(RetinaNetSettings.class).ifPresent(limits::retinaNet);
        detector.recipe().find(FcosSettings.class).ifPresent(limits::fcos);
        limits.network();
        return source;
    }

    private void network() {
        ModelSettings model = detector.recipe().model();
        if (library == TorchLibrary.TORCHVISION) {
            require(
                    !model.strideIn1x1() || model.depth() < BOTTLENECKS_FROM,
                    "model.strideIn1x1",
                    true,
                    "its bottlenecks stride in the 3x3 convolution");
            require(
                    model.pyramidChannels() == CHANNELS,
                    "model.pyramidChannels",
                    model.pyramidChannels(),
                    "its pyramids have " + CHANNELS);
            require(
                    model.headConvolutions() == CONVOLUTIONS,
                    "model.headConvolutions",
                    model.headConvolutions(),
                    "its heads have " + CONVOLUTIONS);
        }
        require(
                library == TorchLibrary.DETECTRON2 || model.width() == WIDTH,
                "model.width",
                model.width(),
                "its ResNets have " + WIDTH);
    }

    private void retinaNet(RetinaNetSettings own) {
        boxes(own.boxes());
        require(own.reluBeforeP7(), "model.reluBeforeP7", false, "its p7 sees relu(p6)");
        boolean any = library == TorchLibrary.TORCHVISION || own.headGroups() == 0;
        require(any || own.headGroups() == GROUPS, "model.headGroups", own.headGroups(), "its norms have " + GROUPS);
    }

    private void fcos(FcosSettings own) {
        boxes(own.boxes());
        require(
                own.variant().name().equals(library.name()),
                "model.variant",
                lower(own.variant()),
                "its points, distances and scores are those of model.variant " + library.option());
        require(
                library != TorchLibrary.TORCHVISION || own.headNorm() == FcosSettings.HeadNorm.GROUP,
                "model.headNorm",
                lower(own.headNorm()),
                "its head has group norms");
    }

    private void boxes(BoxOutput boxes) {
        require(boxes == BoxOutput.DIRECT, "model.boxes", lower(boxes), "its boxes are four numbers");
    }

    private void require(boolean holds, String key, Object value, String theirs) {
        if (!holds) {
            throw refusal("it has " + key + " " + value + ", and " + library + " cannot: " + theirs);
        }
    }

    private DetectorException refusal(String reason) {
        return new DetectorException(detector + " cannot be written for " + library + ": " + reason
                + ". Take another library, or write it as ONNX");
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
