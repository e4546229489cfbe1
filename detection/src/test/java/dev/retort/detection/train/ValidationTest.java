package dev.retort.detection.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.TinyDetectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValidationTest {
    private static Validation validation(int every, int patience) {
        return new Validation(TinyDetectors.recipe("training.evaluateEvery=" + every, "training.patience=" + patience)
                .training());
    }

    @Test
    void everyThirdIterationAndTheLastAreDue() {
        Validation validation = validation(3, 0);
        List<Long> evaluated = new ArrayList<>();
        for (long iteration = 0; iteration <= 10; iteration++) {
            for (int again = 0; again < 2; again++) {
                if (validation.isDue(iteration, 10)) {
                    validation.add(iteration, 0.1);
                    evaluated.add(iteration);
                }
            }
        }
        assertThat(evaluated).containsExactly(3L, 6L, 9L, 10L);
        assertThat(validation(0, 0).isDue(10, 10)).isFalse();
        assertThat(validation(0, 0).state()).isEmpty();
    }

    @Test
    void patienceCountsEvaluationsThatAreNotBetter() {
        Validation validation = validation(1, 2);
        assertThat(validation.add(1, 0.2)).isTrue();
        assertThat(validation.add(2, 0.2)).isFalse();
        assertThat(validation.isOutOfPatience()).isFalse();
        assertThat(validation.add(3, 0.3)).isTrue();
        assertThat(validation.add(4, 0.1)).isFalse();
        assertThat(validation.add(5, 0.3)).isFalse();
        assertThat(validation.isOutOfPatience()).isTrue();
        assertThat(validation.state())
                .isEqualTo(Map.of("best_ap", "0.3", "evaluated_at", "5", "evaluations_since_best", "2"));
    }

    /** COCO's AP is -1 where there is no object: as good as any, once. */
    @Test
    void withoutObjectsTheFirstEvaluationIsTheBest() {
        Validation validation = validation(1, 1);
        assertThat(validation.add(1, -1)).isTrue();
        assertThat(validation.add(2, -1)).isFalse();
        assertThat(validation.isOutOfPatience()).isTrue();
    }

    @Test
    void itGoesOnWhereItsStateWasTaken() {
        Validation before = validation(2, 3);
        before.add(2, 0.4);
        before.add(4, 0.1);
        Validation after = validation(2, 3);
        after.restore(before.state());
        assertThat(after.state()).isEqualTo(before.state());
        assertThat(after.isDue(4, 10)).isFalse();
        assertThat(after.isDue(6, 10)).isTrue();
        assertThat(after.add(6, 0.3)).isFalse();
        assertThat(after.isOutOfPatience()).isFalse();
        assertThat(after.add(8, 0.3)).isFalse();
        assertThat(after.isOutOfPatience()).isTrue();
        Validation fresh = validation(2, 3);
        fresh.restore(Map.of("iteration", "4"));
        assertThat(fresh.isDue(4, 10)).isTrue();
        assertThat(fresh.add(4, 0)).isTrue();
    }
}
