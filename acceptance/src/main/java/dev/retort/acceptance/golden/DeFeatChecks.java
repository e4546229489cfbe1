package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.distill.defeat.DeFeatLoss;
import dev.retort.distill.defeat.ForegroundCells;
import dev.retort.distill.region.CellWeights;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Golden cases of DeFeat on pyramids: foregrounds, both parts, and gradients. */
final class DeFeatChecks {
    private DeFeatChecks() {}

    static void check(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        try (Tape tape = run.tape();
                PyramidCase pyramids = new PyramidCase(run, tape)) {
            List<Tensor> foregrounds = new ArrayList<>();
            int count = pyramids.levels.size();
            for (int level = 0; level < count; level++) {
                Tensor map = pyramids.teachers.get(level);
                int stride = attrs.required("strides").get(level).intValue();
                CellWeights cells = ForegroundCells.of(pyramids.boxes(), level, count, stride, map.dim(1), map.dim(2));
                pyramids.expectMask(pyramids.levels.get(level), cells);
                foregrounds.add(cells.tensor(map));
            }
            DeFeatLoss loss = DeFeatLoss.of(pyramids.adapted, pyramids.teachers, foregrounds);
            run.expect("out.foreground", loss.foreground());
            run.expect("out.background", loss.background());
            Tensor foreground =
                    loss.foreground().mul(attrs.required("foreground_weight").doubleValue());
            Tensor background =
                    loss.background().mul(attrs.required("background_weight").doubleValue());
            pyramids.expect(tape, foreground.add(background));
        }
    }
}
