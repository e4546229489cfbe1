package dev.retort.cli.gradcheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.testkit.gradients.GradientMatrix.Cell;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A few groups of the whole-model check; {@code retort gradcheck --model} runs all. */
class ModelCheckTest {
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
                                || name.equals("teacher: head.bbox_pred"),
                        cell -> {});
                assertThat(cells).hasSize(8).allMatch(Cell::pass);
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
