package dev.retort.acceptance.golden;

import dev.retort.nn.Module;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Names of torchvision's FCOS and ours. */
final class FcosNames {
    /** Patterns of torchvision's names and what they are here; the first that a name has is the one. */
    private static final Map<String, String> TABLE = new LinkedHashMap<>();

    static {
        TABLE.put("backbone\\.body\\.conv1\\.(\\w+)", "backbone.bottom_up.stem.conv1.$1");
        TABLE.put("backbone\\.body\\.bn1\\.(\\w+)", "backbone.bottom_up.stem.conv1.norm.$1");
        for (int stage = 2; stage <= 5; stage++) {
            String theirs = "backbone\\.body\\.layer" + (stage - 1) + "\\.(\\d+)\\.";
            String ours = "backbone.bottom_up.res" + stage + ".$1.";
            TABLE.put(theirs + "conv(\\d)\\.(\\w+)", ours + "conv$2.$3");
            TABLE.put(theirs + "bn(\\d)\\.(\\w+)", ours + "conv$2.norm.$3");
            TABLE.put(theirs + "downsample\\.0\\.(\\w+)", ours + "shortcut.$2");
            TABLE.put(theirs + "downsample\\.1\\.(\\w+)", ours + "shortcut.norm.$2");
        }
        for (int level = 3; level <= 5; level++) {
            String number = "s\\." + (level - 3) + "\\.0\\.(\\w+)";
            TABLE.put("backbone\\.fpn\\.inner_block" + number, "backbone.fpn_lateral" + level + ".$1");
            TABLE.put("backbone\\.fpn\\.layer_block" + number, "backbone.fpn_output" + level + ".$1");
        }
        TABLE.put("backbone\\.fpn\\.extra_blocks\\.(p[67])\\.(\\w+)", "backbone.top_block.$1.$2");
        TABLE.put("((?:head\\.)?)classification_head\\.conv\\.(\\d+)\\.(\\w+)", "$1cls_subnet.$2.$3");
        TABLE.put("((?:head\\.)?)classification_head\\.cls_logits\\.(\\w+)", "$1cls_score.$2");
        TABLE.put("((?:head\\.)?)regression_head\\.conv\\.(\\d+)\\.(\\w+)", "$1bbox_subnet.$2.$3");
        TABLE.put("((?:head\\.)?)regression_head\\.bbox_reg\\.(\\w+)", "$1bbox_pred.$2");
        TABLE.put("((?:head\\.)?)regression_head\\.bbox_ctrness\\.(\\w+)", "$1ctrness.$2");
    }

    private FcosNames() {}

    /** Our name of an entry of torchvision's. */
    static String ours(String theirs) {
        return TABLE.entrySet().stream()
                .filter(row -> theirs.matches(row.getKey()))
                .findFirst()
                .map(row -> theirs.replaceFirst(row.getKey(), row.getValue()))
                .orElseThrow(() -> new AssertionError("No name of ours for torchvision's " + theirs));
    }

    /** Torchvision's names of the case's parameters by ours. */
    static Map<String, String> theirs(GoldenCase golden) {
        Map<String, String> names = new TreeMap<>();
        for (String name : golden.inputNames()) {
            if (name.startsWith("param.")) {
                String theirs = name.substring("param.".length());
                if (names.put(ours(theirs), theirs) != null) {
                    throw new AssertionError("Two of torchvision's names are " + ours(theirs));
                }
            }
        }
        return names;
    }

    /** Overwrites all parameters and buffers of a module by the case's; both must have the same ones. */
    static void load(GoldenRun run, Module module) throws IOException {
        Map<String, String> theirs = theirs(run.golden());
        if (!theirs.keySet().equals(new TreeMap<>(module.state()).keySet())) {
            throw new AssertionError(run.golden().name() + ": the file has " + theirs.keySet() + ", the network "
                    + module.state().keySet());
        }
        for (Map.Entry<String, Tensor> entry : module.state().entrySet()) {
            Tensor target = entry.getValue();
            int[] axes = target.shape().rank() == 4 ? Networks.CHANNELS_LAST : new int[0];
            try (Tensor given = run.tensor("param." + theirs.get(entry.getKey()), axes)) {
                target.backend().assign(target, given);
            }
        }
    }
}
