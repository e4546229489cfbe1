package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.AnchorGenerator;
import dev.retort.detection.model.DetectionModelProvider;
import dev.retort.detection.model.ModelSettings;
import dev.retort.nn.BuildContext;

/** {@code model.kind: retinanet}. */
public final class RetinaNetProvider implements DetectionModelProvider<RetinaNetSettings> {
    @Override
    public String kind() {
        return "retinanet";
    }

    @Override
    public RetinaNetSettings defaults() {
        return RetinaNetSettings.DEFAULTS;
    }

    @Override
    public RetinaNet create(BuildContext context, ModelSettings settings, RetinaNetSettings own, int numClasses) {
        return new RetinaNet(
                context,
                new RetinaNetOptions(
                        settings.backbone(),
                        settings.pyramidChannels(),
                        settings.headConvolutions(),
                        numClasses,
                        AnchorGenerator.retinaNet(own.anchorSizes())));
    }
}
