package dev.retort.cli.gradcheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.distill.DistillationProvider;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A few groups of the whole-model check; {@code retort gradcheck --model} runs all. */
class ModelCheckTest {
    private static final Set<String> METHODS = DistillationProvider.all().stream()
            .map(DistillationProvider::name)
            .filter(name -> !name.equals("icd"))
            .collect(Collectors.toSet());

    @Test
    void everyPartOfTheMethodHasGroupsAndTheirGradientsAgree() {
        try (Backend backend = Backends.create("simd")) {
            try (ModelCheck check = new ModelCheck(backend, 3)) {
                assertThat(check.names())
                        .contains(
                                "teacher: backbone.bottom_up.res4",
                                "student: backbone.bottom_up.stem",
                                "student: head.bbox_pred",
                                "fcos: backbone.fpn_output3",
                                "fcos: head.ctrness",
                                "projection: matt",
                                "decoder: attention_module.matt.0",
                                "decoder: ins_encoder.predictor.layers");
                List<Cell> cells = check.run(
                        name -> name.startsWith("decoder")
                                || name.startsWith("projection")
                                || name.equals("student: head.cls_score")
                                || name.equals("fcos: head.scales.2")
                                || name.equals("distribution: bbox_pred")
                                || name.equals("teacher: head.bbox_pred"),
                        cell -> {});
                assertThat(cells).hasSize(9).allMatch(Cell::pass);
                List<Cell> methods = check.run(name -> METHODS.contains(name.split(":")[0]), cell -> {});
                assertThat(methods)
                        .allMatch(Cell::pass)
                        .allMatch(cell -> cell.detail().actual() != 0, "has a gradient");
                assertThat(methods)
                        .extracting(cell -> cell.name().split(":")[0])
                        .containsAll(METHODS);
                assertThat(methods)
                        .extracting(Cell::name)
                        .contains("fgd: student", "fgd: modules", "bckd: student's boxes", "ld: student's boxes")
                        .doesNotContain("pkd: modules");
                assertThat(cells).allMatch(cell -> cell.worstError() <= cell.bound());
                assertThat(cells)
                        .allMatch(
                                cell -> cell.name().contains("no gradient")
                                        || cell.detail().actual() != 0,
                                "has a gradient");
            }
            assertThat(backend.memory().liveBytes()).isZero();
        }
    }
}
