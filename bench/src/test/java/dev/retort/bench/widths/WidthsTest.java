package dev.retort.bench.widths;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.bench.measure.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which vectors are measured where, what a fresh JVM brings back, and the table's arithmetic. */
class WidthsTest {
    @Test
    void aProcessorIsMeasuredWithWhatItHas() {
        assertThat(VectorSetting.upTo(512))
                .extracting(Object::toString)
                .containsExactly("512", "256", "256-avx2", "128");
        assertThat(VectorSetting.upTo(256)).extracting(Object::toString).containsExactly("256", "128");
        assertThat(VectorSetting.named("256-AVX2", 512)).isEqualTo(VectorSetting.AVX2);
        assertThatThrownBy(() -> VectorSetting.named("512", 256)).hasMessageContaining("'512'", "it has 256, 128");
    }

    @Test
    void aFreshJvmMeasuresInTheWidthThatItIsGiven() throws IOException, InterruptedException {
        Row row = FreshJvm.current()
                .measure(
                        VectorSetting.W128.options(),
                        List.of("--suite", "ops", "--filter", "gemm-attention-mix", "--threads", "1", "--runs", "1"));
        assertThat(row.name()).isEqualTo("ops/gemm-attention-mix");
        assertThat(row.gflops()).isPositive();
        assertThat(row.jdk()).isEqualTo(Runtime.version().toString());
    }

    @Test
    void whatFailsIsToldWithItsLastWords() {
        assertThatThrownBy(() -> FreshJvm.current()
                        .measure(List.of("-Dretort.simd.bits=100"), List.of("--suite", "ops", "--filter", "gemm-512")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("must be 512, 256 or 128, not '100'");
        assertThatThrownBy(() -> FreshJvm.in(Path.of("nowhere")))
                .hasMessageContaining("There is no Java in nowhere")
                .hasMessageContaining("bin/java");
    }

    @Test
    void aShareIsTheWorstAgainstTheBestMedian() {
        WidthRow older = new WidthRow("17", VectorSetting.W512, List.of(80.0, 50.0, 90.0), List.of(2.0, 4.0, 1.0));
        WidthRow newer = new WidthRow("25", VectorSetting.W512, List.of(100.0, 99.0, 110.0), List.of(1.0, 1.1, 0.9));
        WidthRow other = new WidthRow("25", VectorSetting.W128, List.of(400.0), List.of(0.1));
        assertThat(older.markdown(List.of(older, newer, other)))
                .isEqualTo("| 512 | 17 | 3 | 80 (50 to 90) GF/s | 0.50 | 2.00 (1.00 to 4.00) s | 0.25 |");
        assertThat(other.markdown(List.of(older, newer, other)))
                .isEqualTo("| 128 | 25 | 1 | 400 GF/s | 1.00 | 0.10 s | 1.00 |");
    }
}
