package dev.retort.distill.fbkd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The parts of FBKD that have a weight, {@code LEVEL.PART}: feature, channel, spatial and relation. */
final class FbkdParts extends Module {
    private final Map<String, Map<String, FbkdPart>> levels = new LinkedHashMap<>();

    /**
     * Makes the parts.
     *
     * @param in the student's channels
     * @param out the teacher's channels
     */
    FbkdParts(BuildContext context, FbkdSettings settings, int in, int out) {
        super(context);
        List<String> names = settings.levels();
        for (int i = 0; i < names.size(); i++) {
            String level = names.get(i);
            int pool = settings.pool().get(i);
            add(level, "feature", settings.feature(), at -> new FbkdPart.Feature(at, in, out, settings.temperature()));
            add(level, "channel", settings.channel(), at -> new FbkdPart.Channel(at, in, out));
            add(level, "spatial", settings.spatial(), FbkdPart.Spatial::new);
            add(level, "relation", settings.relation(), at -> new FbkdPart.Relation(at, in, out, pool));
        }
    }

    private void add(String level, String name, double weight, Function<BuildContext, FbkdPart> constructor) {
        Map<String, FbkdPart> parts = levels.computeIfAbsent(level, key -> new LinkedHashMap<>());
        if (weight > 0) {
            parts.put(name, child(level + '.' + name, constructor));
        }
    }

    /** The parts of a level by their names. */
    Map<String, FbkdPart> of(String level) {
        return levels.get(level);
    }
}
