package dev.retort.distill.mgd;

import dev.retort.distill.level.AdapterKind;
import dev.retort.distill.level.Adapters;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The modules of MGD: for each level a generator, named as the level, and a 1x1 {@code adapter} where widths differ. */
public final class MgdGenerators extends Module {
    private final Adapters adapters;
    private final Map<String, MgdGenerator> generators = new LinkedHashMap<>();

    /**
     * Makes the modules.
     *
     * @param in the student's channels
     * @param out the teacher's channels
     */
    public MgdGenerators(BuildContext context, List<String> levels, int in, int out) {
        super(context);
        adapters = child("adapter", at -> new Adapters(at, AdapterKind.between(in, out), levels, in, out));
        for (String level : levels) {
            generators.put(level, child(level, at -> new MgdGenerator(at, out)));
        }
    }

    /**
     * What is generated, [N, h, w, out].
     *
     * @param student [N, h, w, in]
     * @param keep 1 or 0, [N, h, w, 1]; see {@link MgdLoss#keep}
     */
    public Tensor forward(String level, Tensor student, Tensor keep) {
        try (Scope scope = Scope.open()) {
            Tensor kept = adapters.forward(level, student).mul(keep);
            return scope.keep(generators.get(level).forward(kept));
        }
    }
}
