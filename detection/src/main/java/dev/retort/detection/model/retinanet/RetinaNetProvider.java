package dev.retort.detection.model.retinanet;

import dev.retort.detection.box.AnchorGenerator;
import dev.retort.detection.box.DetectionPostprocessor;
import dev.retort.detection.model.DetectionModelProvider;
import dev.retort.detection.model.ModelSettings;
import dev.retort.nn.BuildContext;
import dev.retort.nn.backbone.PyramidOptions;

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
                        new PyramidOptions(
                                3,
                                settings.pyramidChannels(),
                                new PyramidOptions.TopBlock.Convolutions(own.p6From(), own.reluBeforeP7())),
                        settings.headConvolutions(),
                        own.headGroups(),
                        own.boxes(),
                        numClasses,
                        AnchorGenerator.retinaNet(own.anchorSizes(), own.anchorRule()),
                        new DetectionPostprocessor(
                                numClasses,
                                own.scoreThreshold(),
                                own.topCandidates(),
                                own.nmsThreshold(),
                                own.detectionsPerImage(),
                                own.clipBeforeNms())));
    }
}
