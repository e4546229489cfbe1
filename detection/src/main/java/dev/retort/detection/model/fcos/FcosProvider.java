package dev.retort.detection.model.fcos;

import dev.retort.detection.model.DetectionModelProvider;
import dev.retort.detection.model.ModelSettings;
import dev.retort.nn.BuildContext;

/** {@code model.kind: fcos}. */
public final class FcosProvider implements DetectionModelProvider<FcosSettings> {
    @Override
    public String kind() {
        return "fcos";
    }

    @Override
    public FcosSettings defaults() {
        return FcosSettings.DEFAULTS;
    }

    @Override
    public Fcos create(BuildContext context, ModelSettings settings, FcosSettings own, int numClasses) {
        return new Fcos(
                context,
                new FcosOptions(
                        settings.backbone(), settings.pyramidChannels(), settings.headConvolutions(), numClasses, own));
    }
}
