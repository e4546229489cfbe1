package dev.retort.acceptance.check;

import dev.retort.acceptance.training.SteadyMemory;
import dev.retort.acceptance.training.SteadyMemory.Mark;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Training does not grow, nothing is left behind, and a backend can be closed and opened again and again. */
final class MemoryPart implements Part {
    private static final int OPENINGS = 20;
    /** 64 MiB: twenty of them that were not given back show on any device. */
    private static final int NUMBERS = 1 << 24;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String what() {
        return "Memory: constant while a student is trained, nothing left behind, a backend opened and closed again";
    }

    @Override
    public void run(PartRun run) {
        String device = run.settings().device();
        try (Backend backend = Backends.create(device)) {
            List<Mark> marks = SteadyMemory.of(backend, run.settings().steps());
            for (Mark mark : marks) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("step", mark.step());
                row.put("live MiB", mark.live() / 0x1p20);
                row.put("pooled MiB", mark.pooled() / 0x1p20);
                row.put("heap MiB", mark.heap() / 0x1p20);
                row.put("allocated MiB a step", mark.allocated() / 0x1p20);
                run.row(row);
            }
        }
        for (int i = 0; i < OPENINGS; i++) {
            try (Backend backend = Backends.create(device);
                    Tensor x = backend.tensor(new float[NUMBERS], NUMBERS);
                    Tensor sum = x.sum()) {
                if (sum.item() != 0) {
                    run.fail("the sum of zeros is " + sum.item());
                }
            }
        }
        run.sum(run.settings().steps() + " steps without growth, " + OPENINGS + " backends opened and closed");
    }
}
