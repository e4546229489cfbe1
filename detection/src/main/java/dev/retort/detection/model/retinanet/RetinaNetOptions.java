package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.AnchorGenerator;
import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.model.BoxOutput;
import dev.retort.nn.backbone.PyramidOptions;
import dev.retort.nn.backbone.ResNetOptions;

/**
 * Which RetinaNet.
 *
 * @param pyramid levels p3 to p7; their channels are those of the head's towers, too, 256 in the published net
 * @param headConvolutions 3x3 convolutions in each tower, 4 in the published net
 * @param headGroups groups of the norm behind each of them (torchvision's second version: 32); 0 for no norm
 * @param boxes what the head says of a box's edges
 * @param numClasses K, background not counted
 * @param postprocessor of K classes
 */
public record RetinaNetOptions(
        ResNetOptions backbone,
        PyramidOptions pyramid,
        int headConvolutions,
        int headGroups,
        BoxOutput boxes,
        int numClasses,
        AnchorGenerator anchors,
        DetectionPostprocessor postprocessor) {
    public RetinaNetOptions {
        if (headConvolutions < 0 || headGroups < 0 || numClasses < 1) {
            throw new IllegalArgumentException("A RetinaNet needs classes >= 1, head convolutions and groups >= 0, not "
                    + numClasses + ", " + headConvolutions + " and " + headGroups);
        }
        if (anchors.levels() != RetinaNet.LEVELS || pyramid.levels() != RetinaNet.LEVELS || pyramid.finest() != 3) {
            throw new IllegalArgumentException("A RetinaNet has the levels p3 to p7, its anchors " + anchors.levels()
                    + " levels, its pyramid " + pyramid.levels() + " from p" + pyramid.finest());
        }
        if (postprocessor.numClasses() != numClasses) {
            throw new IllegalArgumentException("The postprocessor is for " + postprocessor.numClasses()
                    + " classes, the network for " + numClasses);
        }
    }

    /** The published pyramid, head and postprocessing. */
    public RetinaNetOptions(
            ResNetOptions backbone,
            int pyramidChannels,
            int headConvolutions,
            int numClasses,
            AnchorGenerator anchors) {
        this(
                backbone,
                PyramidOptions.retinaNet(pyramidChannels),
                headConvolutions,
                0,
                BoxOutput.DIRECT,
                numClasses,
                anchors,
                DetectionPostprocessor.retinaNet(numClasses));
    }
}
