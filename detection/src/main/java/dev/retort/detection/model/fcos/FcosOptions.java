package dev.retort.detection.model.fcos;

import dev.retort.detection.model.fcos.FcosSettings.HeadNorm;
import dev.retort.nn.GroupNorm;
import dev.retort.nn.backbone.ResNetOptions;

/**
 * Which FCOS.
 *
 * @param pyramidChannels channels of the feature pyramid and of the head's towers, 256 in the published net
 * @param headConvolutions 3x3 convolutions in each tower, 4 in the published net
 * @param numClasses K, background not counted
 */
public record FcosOptions(
        ResNetOptions backbone, int pyramidChannels, int headConvolutions, int numClasses, FcosSettings settings) {
    public FcosOptions {
        if (pyramidChannels < 1 || headConvolutions < 0 || numClasses < 1) {
            throw new IllegalArgumentException(
                    "An FCOS needs pyramid channels and classes >= 1 and head convolutions >= 0, not " + pyramidChannels
                            + ", " + numClasses + " and " + headConvolutions);
        }
        if (settings.headNorm() == HeadNorm.GROUP && pyramidChannels % GroupNorm.GROUPS != 0) {
            throw new IllegalArgumentException("model.pyramidChannels must be a multiple of " + GroupNorm.GROUPS
                    + " where model.headNorm is group, not " + pyramidChannels + "; or set model.headNorm to none");
        }
    }

    /** Groups of the head's norms; 0 for none. */
    int groups() {
        return settings.headNorm() == HeadNorm.GROUP ? GroupNorm.GROUPS : 0;
    }
}
