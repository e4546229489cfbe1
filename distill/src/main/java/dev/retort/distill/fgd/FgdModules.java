package dev.retort.distill.fgd;

import dev.retort.distill.level.AdapterKind;
import dev.retort.distill.level.Adapters;
import dev.retort.nn.BuildContext;
import dev.retort.nn.Module;
import dev.retort.tensor.Tensor;
import java.util.List;

/** The modules of FGD: 1x1 adapters where widths differ, {@code adapter.LEVEL}, and {@link FgdContexts}. */
public final class FgdModules extends Module {
    private final Adapters adapters;
    private final FgdContexts contexts;

    /**
     * Makes the modules.
     *
     * @param in the student's channels
     * @param out the teacher's channels
     * @param relation whether there is one, which alone needs contexts
     */
    public FgdModules(BuildContext context, List<String> levels, int in, int out, boolean relation) {
        super(context);
        adapters = child("adapter", at -> new Adapters(at, AdapterKind.between(in, out), levels, in, out));
        contexts = child("context", at -> new FgdContexts(at, relation ? levels : List.of(), out));
    }

    /** The student's map [N, h, w, in] of a level with the teacher's channels. */
    public Tensor adapted(String level, Tensor map) {
        return adapters.forward(level, map);
    }

    /** The contexts of both sides. */
    public FgdContexts contexts() {
        return contexts;
    }
}
