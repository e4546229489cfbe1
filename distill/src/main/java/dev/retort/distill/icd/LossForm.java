package dev.retort.distill.icd;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How student and teacher values are compared, each place weighted by w. MSE is normalized per image and head (an image
 * without instances counts as 0), the others over the whole batch.
 */
public enum LossForm {
    /** mean over N, h, d of sum_S w*(s - t)^2 / max(sum_S w, 1e-6) */
    MSE("mse"),
    /** sum over N, h, S of w*mean_d |s - t| / max(sum w, 1e-6) */
    L1("l1"),
    /** as L1, with smooth L1 of beta 1 */
    SMOOTH_L1("smoothL1"),
    /** the square root of: sum over N, h, S of w*mean_d (s - t)^2 / max(sum w, 1e-6); its gradient at 0 is 0 */
    ROOT_L2("l2");

    private final String official;

    LossForm(String official) {
        this.official = official;
    }

    /** The name in the released code's configuration. */
    public String official() {
        return official;
    }

    /** The name in recipes. */
    @Override
    public String toString() {
        return this == ROOT_L2 ? "rootL2" : official;
    }

    /** @throws IllegalArgumentException naming the official names there are */
    public static LossForm ofOfficial(String name) {
        return Arrays.stream(values())
                .filter(form -> form.official.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No distillation loss '" + name + "'; there are "
                        + Arrays.stream(values()).map(LossForm::official).collect(Collectors.joining(", "))));
    }
}
