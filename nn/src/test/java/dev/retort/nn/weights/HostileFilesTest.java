package dev.retort.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.nn.weights.ReadingInLittleHeap.Reading;
import dev.retort.nn.weights.WeightSamples.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that attack the reader are refused within a second and 64 MB of heap, and nothing of them is run. */
class HostileFilesTest {
    private static final int FILES = 139;
    private static final int REFUSED = 131;

    @TempDir
    private Path folder;

    @Test
    void everyHostileFileIsRefusedOrReadWithoutRunningAnything() throws Exception {
        Map<String, Sample> samples = new LinkedHashMap<>();
        List<Path> files = new ArrayList<>();
        for (Sample sample : WeightSamples.unpack(folder, "hostile")) {
            samples.put(sample.file().getFileName().toString(), sample);
            files.add(sample.file());
        }
        Path marker = folder.resolve("marker");
        Path marking = folder.resolve("marking.pkl");
        PickleWriter attack = new PickleWriter().ops("}").text("model").global("posix", "system");
        Files.write(
                marking,
                attack.text("touch '" + marker + "'").op(0x85).ops("Rs.").bytes());
        files.add(marking);

        List<Reading> readings = ReadingInLittleHeap.run(folder, "-Xmx64m", files);

        assertThat(readings).hasSize(FILES + 1);
        int mustBeRefused = 0;
        for (Reading reading : readings) {
            Sample sample = samples.get(reading.file());
            boolean refuse = sample == null
                    || sample.attrs().required("expect").stringValue().equals("refuse");
            mustBeRefused += sample != null && refuse ? 1 : 0;
            Path file = sample == null ? marking : sample.file();
            if (refuse || !reading.result().matches("\\d+")) {
                assertThat(reading.result()).as(reading.toString()).isEqualTo("WeightFileException");
                assertThat(reading.message())
                        .startsWith(file + ": ")
                        .matches(".*[.;] [A-Z].*")
                        .doesNotContain("Exception", ": null", "dev.retort");
            }
            assertThat(reading.milliseconds()).as(reading.toString()).isLessThan(1000);
            assertThat(reading.children()).as(reading.toString()).isZero();
        }
        assertThat(mustBeRefused).isEqualTo(REFUSED);
        assertThat(marker).doesNotExist();
    }

    @Test
    void whatIsNoWeightFileIsCalledByItsName() throws Exception {
        Map<String, Path> files = WeightSamples.files(folder, "hostile");
        Map<String, String> expected = Map.of(
                "html.pth", "is a web page, not weights",
                "lfs_pointer.pth", "git lfs pull",
                "hdf5.pth", "is an HDF5 file",
                "zip_torchscript.pth", "is a TorchScript program",
                "zip_quantized.pth", "is a quantized model (torch._utils._rebuild_qtensor)",
                "zip_truncated_half.pth", "was cut off",
                "subprocess_popen.pkl", "names subprocess.Popen",
                "truncated_empty.pkl", "is empty");
        expected.forEach((name, words) -> assertThat(WeightFileTest.refusal(files.get(name)))
                .startsWith(files.get(name) + ": ")
                .contains(words));
    }
}
