package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.AnchorGenerator;
import dev.retort.nn.backbone.ResNetOptions;

/**
 * Which RetinaNet.
 *
 * @param pyramidChannels channels of the feature pyramid and of the head's towers, 256 in the published net
 * @param headConvolutions 3x3 convolutions in each tower, 4 in the published net
 * @param numClasses K, background not counted
 */
public record RetinaNetOptions(
        ResNetOptions backbone, int pyramidChannels, int headConvolutions, int numClasses, AnchorGenerator anchors) {
    public RetinaNetOptions {
        if (pyramidChannels < 1 || headConvolutions < 0 || numClasses < 1) {
            throw new IllegalArgumentException(
                    "A RetinaNet needs pyramid channels and classes >= 1 and head convolutions" + " >= 0, not "
                            + pyramidChannels + ", " + numClasses + " and " + headConvolutions);
        }
        if (anchors.levels() != RetinaNet.LEVELS) {
            throw new IllegalArgumentException(
                    "A RetinaNet has " + RetinaNet.LEVELS + " levels, its anchors have " + anchors.levels());
        }
    }
}
