package dev.retort.distill.icd;

import java.util.Arrays;

/** Whose values are layer-normalized (per head over d, eps 1e-5, without affine) before they are compared. */
public enum DistillationNorm {
    /** both sides */
    BOTH("ln"),
    /** the teacher's only */
    TEACHER("tln"),
    /** neither */
    NONE("");

    private final String official;

    DistillationNorm(String official) {
        this.official = official;
    }

    /** The name in the released code's configuration; empty for none. */
    public String official() {
        return official;
    }

    /** @throws IllegalArgumentException naming the official names there are */
    public static DistillationNorm ofOfficial(String name) {
        return Arrays.stream(values())
                .filter(norm -> norm.official.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "No distillation norm '" + name + "'; there are 'ln', 'tln' and '' for none"));
    }
}
