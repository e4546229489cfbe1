package dev.retort.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.bench.network.Scenario;
import dev.retort.kernels.simd.SimdBackend;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every row of every suite can be run, gives its memory back, and has a name of its own. */
class SuitesTest {
    @ParameterizedTest
    @EnumSource(Suite.class)
    void everyRowRuns(Suite suite) throws IOException {
        run(suite, Scenarios.TINY);
    }

    @Test
    void aStepOfAnotherMethodRuns() throws IOException {
        List<Work> works = run(Suite.STEP, Scenarios.TINY.withMethod("pkd"));
        assertThat(works).extracting(Work::name).containsExactly("step/pkd-r18-from-r18-64x96");
        double own = works.get(0).operations();
        assertThat(own)
                .isPositive()
                .isLessThan(Suite.STEP.works(Scenarios.TINY).get(0).operations());
    }

    private static List<Work> run(Suite suite, Scenario scenario) throws IOException {
        List<Work> works = suite.works(scenario);
        assertThat(works).extracting(Work::name).doesNotHaveDuplicates().allMatch(name -> name.startsWith(suite + "/"));
        try (Backend backend = SimdBackend.create(1)) {
            for (Work work : works) {
                try (Operands operands = new Operands(backend)) {
                    Runnable call = work.setup().with(operands);
                    try (Scope scope = Scope.open()) {
                        call.run();
                    }
                }
                assertThat(backend.memory().liveBytes()).as(work.name()).isZero();
            }
        }
        return works;
    }

    @Test
    void sizeIsReadAndChecked() {
        Scenario scenario = Scenario.standard().withSize("256X320");
        assertThat(scenario.height()).isEqualTo(256);
        assertThat(scenario.width()).isEqualTo(320);
        assertThatThrownBy(() -> Scenario.standard().withSize("big")).hasMessageContaining("800x1216, not 'big'");
        assertThatThrownBy(() -> Scenario.standard().withSize("800x1200"))
                .hasMessageContaining("multiples of 32, not 800x1200");
    }
}
