package dev.retort.distill.level;

import dev.retort.distill.DistillationException;
import dev.retort.distill.DistillationProvider;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializer;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One {@link AdapterKind} for each compared level, with weights of its own, named as the level. */
public final class Adapters extends Module {
    private final Map<String, Conv2d> convolutions = new LinkedHashMap<>();

    /**
     * Those of a method, drawn from the recipe's seed.
     *
     * @param method its name in recipes
     * @throws DistillationException if there is no adapter and the widths differ
     */
    public static Adapters of(
            String method, AdapterKind kind, ComparedLevels levels, DistillationProvider.Context context) {
        return of(method, kind, levels, context, Initializers.inverseRootFanIn());
    }

    /** As {@link #of(String, AdapterKind, ComparedLevels, DistillationProvider.Context)}, with other first weights. */
    public static Adapters of(
            String method,
            AdapterKind kind,
            ComparedLevels levels,
            DistillationProvider.Context context,
            Initializer weight) {
        return new Adapters(
                context.modules(method),
                kind,
                levels.names(),
                context.studentChannels(),
                context.teacherChannels(),
                weight);
    }

    /** With the first weights that PyTorch gives a convolution: uniform, at most 1/sqrt(fan in). */
    public Adapters(BuildContext context, AdapterKind kind, List<String> levels, int in, int out) {
        this(context, kind, levels, in, out, Initializers.inverseRootFanIn());
    }

    /**
     * Makes the adapters.
     *
     * @param in the student's channels
     * @param out the teacher's channels
     * @param weight first values
     * @throws DistillationException if there is no adapter and the widths differ
     */
    public Adapters(BuildContext context, AdapterKind kind, List<String> levels, int in, int out, Initializer weight) {
        super(context);
        if (kind == AdapterKind.NONE) {
            if (in != out) {
                throw new DistillationException("Without an adapter channels are compared one by one, but the student's"
                        + " pyramid has " + in + " and the teacher's " + out
                        + ": set model.pyramidChannels to " + out + ", or the method's adapter to conv1x1");
            }
            return;
        }
        Initializer bias = Initializers.uniform(1 / Math.sqrt((double) in * kind.kernel() * kind.kernel()));
        Conv2d.Options plain = Conv2d.of(in, out, kind.kernel()).withInit(weight, bias);
        Conv2d.Options options = kind.relu() ? plain.withRelu() : plain;
        for (String level : levels) {
            convolutions.put(level, child(level, at -> new Conv2d(at, options)));
        }
    }

    /** The student's map [N, h, w, in] of a level with the teacher's channels, [N, h, w, out]; without an adapter the map itself. */
    public Tensor forward(String level, Tensor map) {
        return convolutions.isEmpty() ? map : convolutions.get(level).forward(map);
    }
}
