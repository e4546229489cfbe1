package dev.retort.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.nn.weights.WeightSamples.Sample;
import dev.retort.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every element type, stride, byte order and pickle protocol, against what PyTorch and NumPy read: bit by bit. */
class WeightFormatsTest {
    private static final int FILES = 9;

    @TempDir
    private Path folder;

    @Test
    void everyFormatGivesTheValuesThatItsOwnProgramReads() throws IOException {
        List<Sample> samples = WeightSamples.unpack(folder, "formats");
        assertThat(samples).hasSize(FILES);
        for (Sample sample : samples) {
            try (WeightFile file = WeightFile.open(sample.file());
                    SafeTensors expected = SafeTensors.open(sample.values())) {
                Map<String, WeightTensor> tensors = sample.attrs().has("section")
                        ? file.section(sample.attrs().required("section").stringValue())
                                .tensors()
                        : file.content().tensors();
                Map<String, SafeTensors.Entry> entries = new LinkedHashMap<>();
                expected.entries().forEach((name, entry) -> entries.put(name.substring("out.".length()), entry));
                assertThat(tensors.keySet()).containsExactlyInAnyOrderElementsOf(entries.keySet());
                for (WeightTensor tensor : tensors.values()) {
                    compare(sample, tensor, entries.get(tensor.name().replaceFirst("^(model|tensors)\\.", "")));
                }
            }
        }
    }

    private static void compare(Sample sample, WeightTensor tensor, SafeTensors.Entry expected) throws IOException {
        String what = sample + " " + tensor;
        assertThat(tensor.shape()).as(what).isEqualTo(expected.shape());
        if (expected.dtype().isFloating()) {
            assertThat(tensor.type().isFloating()).as(what).isTrue();
            assertThat(tensor.toDoubles()).as(what).containsExactly(expected.toDoubles());
            assertThat(tensor.toFloats()).as(what).containsExactly(expected.toFloats());
        } else {
            assertThat(tensor.toLongs()).as(what).containsExactly(expected.toLongs());
            assertThat(tensor.toFloats()).as(what).containsExactly(expected.toFloats());
        }
    }
}
