package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotRuleTest {
    @ParameterizedTest
    @CsvSource({"0, 1", "1, 6", "2, 12", "49, 294", "50, 300", "51, 300", "300, 300", "301, 301", "1000, 1000"})
    void relativeGivesSixSlotsAnInstanceUpToTheLimit(int instances, int slots) {
        assertThat(SlotRule.relative().slots(instances)).isEqualTo(slots);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.5, 1", "1, 0.5, 1", "3, 0.5, 4", "2, 0, 2"})
    void relativeRoundsDown(int instances, double ratio, int slots) {
        assertThat(SlotRule.relative(ratio, 300).slots(instances)).isEqualTo(slots);
    }

    @ParameterizedTest
    @CsvSource({"0, 100", "7, 100", "100, 100", "130, 130"})
    void fixedGivesTheLimitUnlessThereAreMoreInstances(int instances, int slots) {
        assertThat(SlotRule.fixed(100).slots(instances)).isEqualTo(slots);
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> SlotRule.relative(-1, 300)).hasMessageContaining("-1.0");
        assertThatThrownBy(() -> SlotRule.relative(Double.NaN, 300)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> SlotRule.fixed(0)).hasMessageContaining("limit of at least 1");
    }
}
