package dev.retort.detection.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.eval.MatchedDetections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.Summary;

/** Bytes are those that TensorBoard's own {@code RecordWriter} (2.21) wrote of the same events. */
class EventFileTest {
    @TempDir
    private Path folder;

    @Test
    void aScalarHasTheBytesOfTensorBoardsOwnWriter() {
        byte[] record = EventFile.record(1.5, 7, EventFile.summary(List.of(Summaries.scalar("loss/total", 0.5))));
        assertThat(HexFormat.of().formatHex(record))
                .isEqualTo("2000000000000000" + "29eda950" + "09000000000000f83f1007"
                        + "2a130a110a0a6c6f73732f746f74616c150000003f" + "827191e6");
    }

    @Test
    void aStartHasTheBytesOfTensorBoardsOwnWriter() {
        assertThat(HexFormat.of().formatHex(EventFile.record(1.5, 300, EventFile.start())))
                .isEqualTo("1000000000000000" + "95fbfe18" + "09000000000000f83f10ac023a020801" + "713b788a");
    }

    /** TensorBoard reads a folder's files by their names. */
    @Test
    void aNewFileComesAfterTheOthersEvenWithinASecondAndAfterAClockThatWasAhead() throws IOException {
        Files.createFile(folder.resolve("events.out.tfevents.9000000000.elsewhere"));
        for (int k = 1; k <= 3; k++) {
            EventFile.open(folder, k).close();
        }
        List<Path> files = EventFiles.of(folder);
        assertThat(files).hasSize(4);
        for (int k = 1; k <= 3; k++) {
            assertThat(files.get(k).getFileName().toString()).startsWith("events.out.tfevents.900000000" + k + ".");
            assertThat(EventFiles.read(files.get(k)).get(1).getStep()).isEqualTo(k);
        }
    }

    /** By hand: three objects; hits at 0.9 and 0.5, a miss at 0.5, one at 0.25 that counts as neither. */
    @Test
    void aCurveCountsHitsAndMissesAtEachScore() {
        PrCurve curve = PrCurve.of(new MatchedDetections.Category(
                1,
                new int[] {2, 1},
                new int[] {0, 0, 1, 1},
                new double[] {0.9, 0.5, 0.5, 0.25},
                new int[] {3, 1, 0, 0},
                new int[] {0, 0, 0, 1}));
        float[] values = curve.values();
        assertThat(column(values, 0)).containsExactly(2, 1, 0, 1, 2 / 3f, 2 / 3f);
        assertThat(column(values, 50)).containsExactly(2, 1, 0, 1, 2 / 3f, 2 / 3f);
        assertThat(column(values, 51)).containsExactly(1, 0, 0, 2, 1, 1 / 3f);
        assertThat(column(values, 90)).containsExactly(1, 0, 0, 2, 1, 1 / 3f);
        assertThat(column(values, 91)).containsExactly(0, 0, 0, 3, 0, 0);
        assertThat(column(curve.plus(curve).values(), 51)).containsExactly(2, 0, 0, 4, 1, 1 / 3f);
        assertThat(PrCurve.none().values()).containsOnly(0);
    }

    @Test
    void aCurveIsATensorOfTheCurvesPlugin() throws IOException {
        PrCurve curve = PrCurve.none();
        curve.hits()[0] = 5;
        try (EventFile file = EventFile.open(folder, 0)) {
            file.add(3, List.of(Summaries.curve("pr_class/7", "red cell", curve)));
            file.add(4, List.of());
        }
        var events = EventFiles.shown(folder);
        assertThat(events).singleElement().satisfies(event -> assertThat(event.getStep())
                .isEqualTo(3));
        Summary.Value value = events.get(0).getSummary().getValue(0);
        assertThat(value.getTag()).isEqualTo("pr_class/7");
        assertThat(value.getMetadata().getDisplayName()).isEqualTo("red cell");
        assertThat(value.getMetadata().getPluginData().getPluginName()).isEqualTo("pr_curves");
        // PrCurvePluginData{num_thresholds: 101}
        assertThat(value.getMetadata().getPluginData().getContent().toByteArray())
                .containsExactly(0x10, 101);
        assertThat(value.getTensor().getDtype()).isEqualTo(DataType.DT_FLOAT);
        assertThat(value.getTensor().getTensorShape().getDimList())
                .extracting(d -> d.getSize())
                .containsExactly(6L, 101L);
        assertThat(value.getTensor().getFloatValList()).hasSize(606).startsWith(5f, 0f);
    }

    private static float[] column(float[] values, int threshold) {
        float[] column = new float[PrCurve.ROWS];
        for (int row = 0; row < PrCurve.ROWS; row++) {
            column[row] = values[row * PrCurve.THRESHOLDS + threshold];
        }
        return Arrays.copyOf(column, column.length);
    }
}
