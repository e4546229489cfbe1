package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.distill.cwd.CwdLoss;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** Golden cases of CWD: divergences of levels, their cross entropies as one release has them, the loss, and gradients. */
final class CwdChecks {
    private CwdChecks() {}

    static void check(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        double tau = attrs.required("tau").doubleValue();
        try (Tape tape = run.tape();
                PyramidCase pyramids = new PyramidCase(run, tape)) {
            Tensor sum = null;
            for (int level = 0; level < pyramids.levels.size(); level++) {
                Tensor map = pyramids.teachers.get(level);
                int cells = map.dim(1) * map.dim(2);
                Tensor teacher = CwdLoss.byCell(map, cells);
                Tensor divergence =
                        CwdLoss.divergence(CwdLoss.byCell(pyramids.adapted.get(level), cells), teacher, tau);
                String name = pyramids.levels.get(level);
                run.expect("out.divergence_" + name, divergence);
                run.expect("out.cross_entropy_" + name, divergence.add(entropy(teacher, tau)));
                sum = sum == null ? divergence : sum.add(divergence);
            }
            pyramids.expect(tape, sum.mul(attrs.required("weight").doubleValue()));
        }
    }

    /** The teacher's own entropy, by which the cross entropy is more. */
    private static Tensor entropy(Tensor teacher, double tau) {
        Tensor likelihoods = teacher.div(tau).logSoftmax(1);
        double share = -tau * tau / ((double) teacher.dim(0) * teacher.dim(2));
        return likelihoods.exp().mul(likelihoods).sum().mul(share);
    }
}
