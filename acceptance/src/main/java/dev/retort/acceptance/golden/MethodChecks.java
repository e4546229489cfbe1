package dev.retort.acceptance.golden;

import java.util.Map;
import java.util.TreeMap;

/** Golden cases of distillation methods besides ICD, by their operation. */
final class MethodChecks {
    private MethodChecks() {}

    static Map<String, GoldenCheck> checks() {
        Map<String, GoldenRun.Body> bodies = new TreeMap<>();
        bodies.put("bckd", BckdChecks::check);
        bodies.put("crosskd", CrossKdChecks::check);
        bodies.put("cwd", CwdChecks::check);
        bodies.put("defeat", DeFeatChecks::check);
        bodies.put("fbkd", FbkdChecks::check);
        bodies.put("fgd", FgdChecks::check);
        bodies.put("fgfi", FitNetChecks::fgfi);
        bodies.put("fitnet", FitNetChecks::fitnet);
        bodies.put("frs", FrsChecks::check);
        bodies.put("mgd", MgdChecks::check);
        bodies.put("pkd", PkdChecks::check);
        Map<String, GoldenCheck> checks = new TreeMap<>();
        bodies.forEach((op, body) -> checks.put(op, golden -> GoldenRun.each(golden, body)));
        return checks;
    }
}
